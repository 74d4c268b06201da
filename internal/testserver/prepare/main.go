// Command prepare builds the S3 servers that the tests use, so that no test waits for that, and prints where they are.
package main

import (
	"fmt"
	"os"

	"github.com/tablectl/tablectl/internal/testserver"
)

func main() {
	for _, name := range []string{"minio", "versitygw"} {
		path, err := testserver.Binary(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(path)
	}
}
