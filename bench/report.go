package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// report collects lines of the table in README.md.
type report struct {
	lines []string
	notes []string
}

// compare adds ours and the rivals; the ratio is against the fastest of them.
func (r *report) compare(work, target string, ours result, rivals []result) {
	best := rivals[0]
	for _, x := range rivals {
		if x.median() < best.median() {
			best = x
		}
	}
	r.line(work, ours.name, fmt.Sprintf("%.2f s", ours.median()), mib(ours.peak()), fmt.Sprintf("**%.2f**", ours.median()/best.median()), target)
	for _, x := range rivals {
		r.line("", x.name, fmt.Sprintf("%.2f s", x.median()), mib(x.peak()), fmt.Sprintf("%.2f", x.median()/best.median()), "")
	}
}

func (r *report) line(cells ...string) {
	r.lines = append(r.lines, "| "+strings.Join(cells, " | ")+" |")
}

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func mib(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }

func (r *report) markdown(b *bench) string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s, commit %s. %s. Median of %d runs, alternating, %d threads each; memory is the largest peak.\n\n",
		time.Now().UTC().Format(time.DateOnly), commit(), machine(), b.runs, b.threads)
	w.WriteString("| work | who | time | peak memory | ratio | target |\n|---|---|---|---|---|---|\n")
	w.WriteString(strings.Join(r.lines, "\n") + "\n")
	if len(r.notes) > 0 {
		w.WriteString("\n" + strings.Join(r.notes, "\n") + "\n")
	}
	return w.String()
}

// save replaces what stands between the marks in a file.
func (r *report) save(path string, b *bench) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	const begin, end = "<!-- results -->\n", "<!-- end of results -->"
	head, rest, ok := strings.Cut(string(old), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks for the results", path)
	}
	return os.WriteFile(path, []byte(head+begin+"\n"+r.markdown(b)+"\n"+end+tail), 0o644)
}

func commit() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// machine is the processor, the cores and the memory.
func machine() string {
	cpu, memory := runtime.GOARCH, ""
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`model name\s*:\s*(.+)`).FindSubmatch(b); m != nil {
			cpu = string(m[1])
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb int64
		if _, err := fmt.Sscanf(string(b), "MemTotal: %d kB", &kb); err == nil {
			memory = fmt.Sprintf(", %d GiB", (kb+1<<19)>>20)
		}
	}
	return fmt.Sprintf("%s, %d cores%s, %s", cpu, runtime.NumCPU(), memory, runtime.GOOS)
}
