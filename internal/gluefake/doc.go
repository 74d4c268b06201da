// Package gluefake is a fake of the AWS Glue Data Catalog for tests: tables in memory, in one database "web". It is a fake because the
// server that stands in for AWS elsewhere (moto) ignores VersionId, and the lock is what matters here: UpdateTable replaces a table only
// if it is still at the version that was read. It checks what every write of ours must keep: a condition, and no way back.
package gluefake
