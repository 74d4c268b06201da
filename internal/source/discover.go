package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// discover finds the files that the arguments of a command stand for: in the order of the arguments, and by name within each.
func discover(ctx context.Context, args []string, o Options) ([]*input, error) {
	var all []*input
	seen := make(map[string]bool)
	for _, arg := range args {
		found, err := expand(ctx, arg, o)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s: %w: nothing there that is a file to read", arg, ErrNoInput)
		}
		for _, in := range found {
			id := in.name
			if in.path != "" {
				if abs, err := filepath.Abs(in.path); err == nil {
					id = abs
				}
			}
			if seen[id] {
				return nil, fmt.Errorf("%w: %s is given twice: its rows would be there twice", ErrUsage, in.name)
			}
			seen[id] = true
			all = append(all, in)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: no file, directory or URL was given", ErrNoInput)
	}
	return all, classify(all, o)
}

func expand(ctx context.Context, arg string, o Options) ([]*input, error) {
	scheme, _, isURL := strings.Cut(arg, "://")
	switch {
	case arg == "-":
		if o.Stdin == nil {
			return nil, fmt.Errorf("%w: there is no standard input to read", ErrUsage)
		}
		return []*input{{name: "standard input", stdin: true}}, nil
	case isURL && scheme == "s3":
		return expandRemote(ctx, arg, o)
	case isURL && scheme == "file":
		u, err := url.Parse(arg)
		if err != nil || u.Host != "" && u.Host != "localhost" {
			return nil, fmt.Errorf("%w: %s is no URL of a local file", ErrUsage, arg)
		}
		return expandLocal(filepath.FromSlash(u.Path))
	case isURL:
		return nil, fmt.Errorf("%w: %s: inputs are files, s3:// URLs, or - for standard input; not %s://", ErrUsage, arg, scheme)
	}
	return expandLocal(arg)
}

func expandLocal(arg string) ([]*input, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return walk(arg)
	case err == nil:
		return one(arg, info)
	case !errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(arg, "*?[{"):
		return nil, fmt.Errorf("open input: %w", err)
	case !strings.ContainsAny(arg, "*?[{"):
		return nil, fmt.Errorf("%s: %w: no such file or directory", arg, ErrNoInput)
	}
	return glob(arg)
}

func one(path string, info fs.FileInfo) ([]*input, error) {
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file; pipe it into standard input (-)", ErrUsage, path)
	}
	return []*input{{name: path, path: path, size: info.Size()}}, nil
}

// hidden: names that begin so are of programs, not of people (_SUCCESS, .crc).
func hidden(name string) bool { return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") }

func walk(dir string) ([]*input, error) {
	var found []*input
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("list input: %w", err)
		}
		if path != dir && hidden(d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("list input: %w", err)
		}
		in, err := one(path, info)
		found = append(found, in...)
		return err
	})
	slices.SortFunc(found, func(a, b *input) int { return strings.Compare(a.path, b.path) })
	return found, err
}

func glob(pattern string) ([]*input, error) {
	paths, err := doublestar.FilepathGlob(pattern, doublestar.WithFilesOnly(), doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, fmt.Errorf("list input %s: %w", pattern, err)
	}
	slices.Sort(paths)
	base, _ := doublestar.SplitPattern(filepath.ToSlash(pattern))
	var found []*input
	for _, path := range paths {
		if left(pattern, base, filepath.ToSlash(path)) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("list input: %w", err)
		}
		in, err := one(path, info)
		if err != nil {
			return nil, err
		}
		found = append(found, in...)
	}
	return found, nil
}

// left says whether a name that a pattern matches is left out, because a component of it behind base is hidden and the pattern
// does not ask for such.
func left(pattern, base, name string) bool {
	if strings.Contains(pattern, "/_") || strings.Contains(pattern, "/.") || hidden(pattern) && !strings.HasPrefix(pattern, "./") && !strings.HasPrefix(pattern, "../") {
		return false
	}
	return slices.ContainsFunc(strings.Split(strings.TrimPrefix(name, base), "/"), hidden)
}

// classify tells the format of all inputs, which must be one.
func classify(all []*input, o Options) error {
	for _, in := range all {
		if in.stdin && o.Format == "" {
			return fmt.Errorf("%w: the format of standard input cannot be told; give it with --format", ErrUsage)
		}
		var err error
		if in.format, in.compression, err = formatOf(in.name, format(o.Format)); err != nil {
			return err
		}
		if in.format != all[0].format {
			return fmt.Errorf("%w: %s is %s and %s is %s: inputs of one publish have one format", ErrUsage, all[0].name, all[0].format, in.name, in.format)
		}
	}
	return nil
}
