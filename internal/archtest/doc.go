// Package archtest holds the rule of which room may import which. It has only tests.
package archtest
