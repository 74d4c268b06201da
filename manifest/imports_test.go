package manifest

import (
	"go/ast"
	"go/build"
	"slices"
	"strings"
	"testing"
)

// The room knows the standard library and nothing else, and of that nothing that does I/O, tells the time or draws lots.
func TestImports(t *testing.T) {
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(pkg.Imports) < 5 {
		t.Fatalf("found only %v", pkg.Imports)
	}
	for _, path := range pkg.Imports {
		if strings.Contains(strings.Split(path, "/")[0], ".") {
			t.Errorf("%s is not of the standard library", path)
		}
		for _, bad := range []string{"os", "net", "context", "math/rand", "crypto/rand", "log", "syscall", "unsafe", "sync", "database"} {
			if path == bad || strings.HasPrefix(path, bad+"/") {
				t.Errorf("%s does not belong here", path)
			}
		}
	}
}

// Time is only a format here: nothing asks what time it is. And nothing happens before main.
func TestNoClockNoInit(t *testing.T) {
	for _, f := range parseSource(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After"}, n.Sel.Name) {
					t.Errorf("time.%s", n.Sel.Name)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "init" {
					t.Error("a func init")
				}
			}
			return true
		})
	}
}
