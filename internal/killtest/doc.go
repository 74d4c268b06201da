// Package killtest kills the real binary at random moments, on a local directory and on a real S3 server, in every mode, and runs the
// same command again: nothing may be lost, nothing may be there twice, and the sum of the money is right to the cent.
package killtest
