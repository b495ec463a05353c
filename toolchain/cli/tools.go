//go:build tools

// Package cli pins the modules from which the Pulumi command line is built.
package cli

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
