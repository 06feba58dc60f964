// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What people report of providers for several clouds: they set the address of IAM as that cloud's documentation says,
// and the token that comes from there is sent to the hosts of another cloud.

func TestCloudOfAddresses(t *testing.T) {
	at := func(pairs ...string) types.Map {
		addresses := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			addresses[pairs[i]] = pairs[i+1]
		}
		return endpoints(addresses)
	}
	const otc = "otc.t-systems.com"
	for name, c := range map[string]struct {
		region, cloud, authURL string
		endpoints              types.Map
		want                   string // "!" is an error
	}{
		"none":                    {region: "eu-de"},
		"IAM":                     {region: "eu-de", authURL: "https://iam.eu-de.otc.t-systems.com/v3", want: otc},
		"IAM, without a scheme":   {region: "eu-de", authURL: "IAM.eu-de.OTC.t-systems.com", want: otc},
		"IAM of the Swiss cloud":  {region: "eu-ch2", authURL: "https://iam-pub.eu-ch2.sc." + otc, want: "sc." + otc},
		"the default":             {region: "cn-south-4", authURL: "https://iam.myhuaweicloud.com/v3"},
		"the default of a region": {region: "eu-west-101", authURL: "https://iam.eu-west-101.myhuaweicloud.eu"},
		"private cloud":           {region: "r1", authURL: "https://iam.r1.cloud.example:8443/v3", want: "cloud.example"},
		"gateway":                 {region: "eu-de", authURL: "https://gateway.example/iam"},
		"address of this machine": {region: "eu-de", authURL: "http://127.0.0.1:8080"},
		"endpoint":                {region: "eu-de", endpoints: at("rds", "rds.eu-de.otc.t-systems.com"), want: otc},
		"metadata":                {region: "eu-de", endpoints: at("metadata", "http://metadata.eu-de.otc.t-systems.com")},
		"the same twice": {
			region: "eu-de", cloud: otc, authURL: "https://iam.eu-de.otc.t-systems.com", want: otc,
		},
		"gateway in front of it": {
			region: "eu-de", cloud: otc, endpoints: at("dws", "https://gateway.example"), want: otc,
		},
		"DWS on a domain of its own": {
			region: "cn-south-4", cloud: "myhuaweicloud.com",
			endpoints: at("dws", "dws.cn-south-4.myhuaweicloud.cn"), want: "myhuaweicloud.com",
		},
		"other cloud": {
			region: "eu-de", cloud: "myhuaweicloud.com", authURL: "https://iam.eu-de.otc.t-systems.com", want: "!",
		},
		"other endpoint": {
			region: "eu-de", authURL: "https://iam.eu-de.otc.t-systems.com",
			endpoints: at("rds", "rds.eu-de.myhuaweicloud.com"), want: "!",
		},
		"two endpoints": {
			region: "eu-de", want: "!",
			endpoints: at("dds", "dds.eu-de.myhuaweicloud.com", "rds", "rds.eu-de.otc.t-systems.com"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			arguments := Arguments{
				Region: text(c.region), Cloud: text(c.cloud), AuthURL: text(c.authURL), Endpoints: c.endpoints,
				AuthToken: text("t"),
			}
			config, diags := arguments.ClientConfig(context.Background(), variables{}.lookup)
			switch {
			case c.want == "!":
				if diags.ErrorsCount() != 1 || diags[0].Summary() != "Addresses of different clouds" {
					t.Error(diags)
				}
			case diags.HasError() || config.Cloud != c.want:
				t.Errorf("cloud %q, want %q: %v", config.Cloud, c.want, diags)
			}
		})
	}
}

// TestCloudIsADomain rejects what would become part of other hosts, or a secret.
func TestCloudIsADomain(t *testing.T) {
	for _, cloud := range []string{
		"https://otc.t-systems.com", "otc.t-systems.com/", "otc.t-systems.com:443", " otc.t-systems.com",
		"otc.t-systems.com\n", "otc.t-systems.com.", ".otc.t-systems.com", "otc", "otc..com", "otc.t-systems.com,x.com",
		"me@otc.t-systems.com", "otc.t-systems.com?x", "-otc.com", "127.0.0.1", "\ufeffotc.t-systems.com",
		"AKEXAMPLE0123456789",
	} {
		for _, variable := range []bool{false, true} {
			arguments, env := Arguments{Region: text("r"), AuthToken: text("t")}, variables{}
			if variable {
				env["HW_CLOUD"] = cloud
			} else {
				arguments.Cloud = text(cloud)
			}
			if _, diags := arguments.ClientConfig(context.Background(), env.lookup); !diags.HasError() {
				t.Errorf("%q (variable: %v) is accepted", cloud, variable)
			}
		}
	}
}
