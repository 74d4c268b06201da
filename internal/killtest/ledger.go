package killtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// ledger is what the table must hold: bookings by their number.
type ledger map[int]booking

type booking struct {
	day   int // of April 2026
	cents int64
}

// batch is one command: its input, the flags beside it, and what it does to a ledger.
type batch struct {
	run   string
	csv   string // "": no input
	flags []string
	again bool // it publishes anew whenever it runs
	apply func(ledger)
}

const (
	days  = 8
	known = 200 // numbers that upserts draw from
)

func cents(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

func (b booking) date() string { return fmt.Sprintf("2026-04-%02d", 1+b.day) }

// text is the ledger as `cat -o csv` shows it, sorted by lines.
func (l ledger) text() string {
	var lines []string
	for id, b := range l {
		lines = append(lines, fmt.Sprintf("%d,%s,%s", id, b.date(), cents(b.cents)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (l ledger) sum() (total int64) {
	for _, b := range l {
		total += b.cents
	}
	return total
}

// books draws bookings with these numbers.
func books(r *rand.Rand, ids []int, onDays ...int) ledger {
	out := ledger{}
	for _, id := range ids {
		b := booking{day: r.IntN(days), cents: r.Int64N(200_001) - 100_000}
		if len(onDays) > 0 {
			b.day = onDays[r.IntN(len(onDays))]
		}
		out[id] = b
	}
	return out
}

func (l ledger) csv() string { return "id,day,amount\n" + l.text() + "\n" }

// fresh are numbers that no other batch gives.
func fresh(i, n int) []int {
	var ids []int
	for k := range n {
		ids = append(ids, 1000*(i+1)+k)
	}
	return ids
}

func some(r *rand.Rand, n int) []int { return r.Perm(known)[:n] }

// batchOf is batch i: all modes in turn, and from time to time everything anew.
func batchOf(i int) batch {
	r := rand.New(rand.NewPCG(uint64(i), 1))
	b := batch{run: fmt.Sprintf("batch-%d", i)}
	add := func(in ledger) func(ledger) {
		return func(l ledger) {
			for id, x := range in {
				l[id] = x
			}
		}
	}
	if i%35 == 0 {
		in := books(r, some(r, 40))
		b.csv, b.flags = in.csv(), []string{"--mode", "replace"}
		b.apply = func(l ledger) { clear(l); add(in)(l) }
		return b
	}
	switch i % 7 {
	case 1:
		in := books(r, fresh(i, 10))
		b.csv, b.flags, b.apply = in.csv(), []string{"--mode", "append"}, add(in)
	case 2: // what the batch before added, anew
		in := books(r, fresh(i, 7))
		b.run, b.again = fmt.Sprintf("batch-%d", i-1), true
		b.csv, b.flags = in.csv(), []string{"--mode", "append", "--rerun"}
		b.apply = func(l ledger) {
			for _, id := range fresh(i-1, 10) {
				delete(l, id)
			}
			add(in)(l)
		}
	case 3:
		in := books(r, fresh(i, 10), 1, 5)
		b.csv = in.csv()
		b.flags = []string{"--mode", "replace-partitions", "--partitions", "day=2026-04-02", "--partitions", "day=2026-04-06"}
		b.apply = func(l ledger) {
			for id, x := range l {
				if x.day == 1 || x.day == 5 {
					delete(l, id)
				}
			}
			add(in)(l)
		}
	case 4:
		ids := some(r, 20)
		b.csv, b.flags = "id\n"+strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", "\n"), "[]")+"\n", []string{"--mode", "delete"}
		b.apply = func(l ledger) {
			for _, id := range ids {
				delete(l, id)
			}
		}
	case 5:
		b.flags = []string{"--mode", "delete", "--where", "amount > 900 and day <= '2026-04-04'"}
		b.apply = func(l ledger) {
			for id, x := range l {
				if x.cents > 90_000 && x.day <= 3 {
					delete(l, id)
				}
			}
		}
	default:
		upsert(&b, r)
	}
	return b
}

// upsert makes a batch one that replaces, adds and removes.
func upsert(b *batch, r *rand.Rand) {
	in := books(r, some(r, 30))
	gone := map[int]bool{}
	lines := []string{"id,day,amount,gone"}
	for line := range strings.SplitSeq(in.text(), "\n") {
		var id int
		fmt.Sscanf(line, "%d", &id)
		gone[id] = r.IntN(10) == 0
		lines = append(lines, fmt.Sprintf("%s,%v", line, gone[id]))
	}
	b.csv, b.flags = strings.Join(lines, "\n")+"\n", []string{"--mode", "upsert", "--delete-when", "gone"}
	b.apply = func(l ledger) {
		for id, x := range in {
			if delete(l, id); !gone[id] {
				l[id] = x
			}
		}
	}
}
