// Command pulumi-resource-snowflake serves the Terraform provider for Snowflake
// as a Pulumi resource plugin.
package main

import (
	snowflake "github.com/Snowflake-Labs/terraform-provider-snowflake/pkg/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// version is the Pulumi release of the provider; the build sets it.
var version = "0.0.0"

func main() {
	info := tfbridge.ProviderInfo{
		P:       sdkv2.NewProvider(snowflake.Provider()),
		Name:    "snowflake",
		Version: version,
		Config: map[string]*tfbridge.SchemaInfo{
			// The bridge would make a plural of it, the published SDKs do not.
			"preview_features_enabled": {Name: "previewFeaturesEnabled"},
			"host":                     {Name: "host"},
			"port":                     {Name: "port"},
			"protocol":                 {Name: "protocol"},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("snowflake_", "index", tokens.MakeStandard("snowflake")))
	info.SetAutonaming(255, "-")
	tfbridge.Main("snowflake", version, info, nil)
}
