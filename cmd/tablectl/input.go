package main

import (
	"io"

	"github.com/spf13/pflag"

	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/internal/source/csv"
)

// inputFlags say how inputs are read.
type inputFlags struct {
	format    choice
	delimiter char
	quote     char
	noQuote   bool
	noHeader  bool
	nulls     []string
	columns   []string
}

func (f *inputFlags) register(p *pflag.FlagSet) {
	f.format.words = []string{"csv", "tsv", "ndjson", "parquet", "arrow"}
	p.Var(&f.format, "format", "of the inputs (default: by their extensions)")
	p.Var(&f.delimiter, "delimiter", `between CSV fields (default ,); \t is a tab`)
	p.Var(&f.quote, "quote", `around CSV fields (default ")`)
	p.BoolVar(&f.noQuote, "no-quote", false, "quotes in CSV are characters like any other")
	p.BoolVar(&f.noHeader, "no-header", false, "the first CSV line is a row")
	p.StringArrayVar(&f.nulls, "null", nil, "CSV word that means null, beside the empty field; repeatable")
	p.StringSliceVar(&f.columns, "columns", nil, "names of the CSV columns, with --no-header")
}

func (f *inputFlags) options(stdin io.Reader) (source.Options, error) {
	o := source.Options{
		Format: f.format.value,
		Stdin:  stdin,
		CSV: source.CSVOptions{
			Delimiter: rune(f.delimiter), Quote: rune(f.quote), NoHeader: f.noHeader, Columns: f.columns, Nulls: f.nulls,
		},
	}
	if f.noQuote {
		o.CSV.Quote = csv.NoQuote
	}
	if len(f.columns) > 0 && !f.noHeader {
		return o, usage("--columns names the columns of CSV without a header: it goes with --no-header")
	}
	if err := o.CSV.Check(); err != nil {
		return o, usage("%w", err)
	}
	return o, nil
}
