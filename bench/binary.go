package main

import (
	"fmt"
	"os"
)

// binary measures the program itself.
func (b *bench) binary() error {
	info, err := os.Stat(b.bin)
	if err != nil {
		return err
	}
	r := result{name: "tablectl version"}
	for range 21 {
		s, err := measure(command(b.ctx, b.bin, "version"))
		if err != nil {
			return err
		}
		r.samples = append(r.samples, s)
	}
	b.report.line("the program", "size, static and stripped", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6), "", "", "≤ 30 MB")
	b.report.line("", "`tablectl version`", fmt.Sprintf("%.0f ms", r.median()*1000), mib(r.peak()), "", "≤ 25 ms")
	return nil
}
