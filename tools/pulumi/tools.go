//go:build tools

// Package tools keeps the Pulumi command line in go.mod, so that its version and hashes are pinned.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
