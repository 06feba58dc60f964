// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"maps"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// variables are an environment, by name.
type variables map[string]string

func (v variables) lookup(name string) (string, bool) {
	value, set := v[name]
	return value, set
}

// plus returns both environments. The other one wins.
func (v variables) plus(other variables) variables {
	both := variables{}
	maps.Copy(both, v)
	maps.Copy(both, other)
	return both
}

func text(value string) types.String { return types.StringValue(value) }

func number(value int64) types.Number { return types.NumberValue(new(big.Float).SetInt64(value)) }

func endpoints(addresses map[string]string) types.Map {
	m, _ := types.MapValueFrom(context.Background(), types.StringType, addresses)
	return m
}

func perMinute(service string, requests int64) types.Map {
	m, _ := types.MapValueFrom(context.Background(), types.NumberType, map[string]types.Number{service: number(requests)})
	return m
}

// validCase is a configuration without problems. The defaults in what it wants are left out.
type validCase struct {
	arguments   Arguments
	environment variables
	want        client.Config
}

// run checks the client's configuration, and that the client accepts it.
func (c validCase) run(t *testing.T, mayWarn bool) {
	t.Helper()
	config, diags := c.arguments.ClientConfig(context.Background(), c.environment.lookup)
	if diags.HasError() || len(diags) > 0 && !mayWarn {
		t.Error(diags)
	}
	label := cmpopts.IgnoreFields(client.Federation{}, "IDTokenFileLabel")
	if diff := cmp.Diff(c.want, config, cmpopts.EquateEmpty(), label); diff != "" {
		t.Error(diff)
	}
	config.Clock = client.SystemClock
	if _, err := client.New(config); err != nil {
		t.Errorf("the client rejects it: %v", err)
	}
}

// invalidCase is a configuration with one error.
type invalidCase struct {
	arguments   Arguments
	environment variables
	says        []string
}

// run checks what the error says, and that it does not say the secret of a file.
func (c invalidCase) run(t *testing.T) {
	t.Helper()
	_, diags := c.arguments.ClientConfig(context.Background(), c.environment.lookup)
	if diags.ErrorsCount() != 1 {
		t.Fatalf("%d errors, want one: %v", diags.ErrorsCount(), diags)
	}
	message := diags[0].Summary() + ": " + diags[0].Detail()
	for _, say := range c.says {
		if !strings.Contains(message, say) {
			t.Errorf("%q lacks %q", message, say)
		}
	}
	if strings.Contains(message, secretInFile) {
		t.Errorf("the message shows a secret: %s", message)
	}
}

const someProject = "0123456789abcdef0123456789abcdef"

// loggedIn is enough for a client.
var loggedIn = variables{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "token"}

func TestClientConfig(t *testing.T) {
	for name, c := range map[string]validCase{
		"all from the block": {
			arguments: Arguments{
				Region: text("eu-de"), ProjectName: text("eu-de_team"), Cloud: text("otc.t-systems.com"),
				AccessKey: text("ak"), SecretKey: text("sk"), SecurityToken: text("st"),
				AuthURL: text("https://iam.example/v3"), Endpoints: endpoints(map[string]string{"rds": "http://127.0.0.1:1"}),
				Insecure: types.BoolValue(true), MaxRetries: number(0), RequestsPerMinute: perMinute("dds", 120),
			},
			want: client.Config{
				Region: "eu-de", ProjectName: "eu-de_team", Cloud: "otc.t-systems.com",
				AccessKey: "ak", SecretKey: "sk", SecurityToken: "st",
				AuthURL: "https://iam.example/v3", Endpoints: map[string]string{"rds": "http://127.0.0.1:1"}, Insecure: true,
				RequestsPerMinute: map[string]int{"dds": 120},
			},
		},
		"all from HW_ variables, though OS_ ones are there": {
			environment: variables{
				"HW_REGION_NAME": "eu-de", "HW_PROJECT_ID": someProject, "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk",
				"HW_SECURITY_TOKEN": "st", "HW_CLOUD": "c.example", "HW_AUTH_URL": "iam.c.example",
				"HW_INSECURE": "true", "HW_MAX_RETRIES": "7",
				"OS_REGION_NAME": "x", "OS_PROJECT_ID": "x", "OS_ACCESS_KEY": "x", "OS_SECRET_KEY": "x",
				"OS_SECURITY_TOKEN": "x", "OS_CLOUD": "x", "OS_AUTH_URL": "x", "OS_INSECURE": "false",
			},
			want: client.Config{
				Region: "eu-de", ProjectID: someProject, AccessKey: "ak", SecretKey: "sk", SecurityToken: "st",
				Cloud: "c.example", AuthURL: "iam.c.example",
				Insecure: true, MaxRetries: 7,
			},
		},
		"OS_ variables if there are no others, OS_CLOUD never": {
			environment: variables{
				"OS_REGION_NAME": "eu-de", "OS_TENANT_ID": someProject, "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk",
				"OS_CLOUD": "mycloud", "OS_AUTH_URL": "iam.c.example", "HW_REGION_NAME": "",
			},
			want: client.Config{
				Region: "eu-de", ProjectID: someProject, AccessKey: "ak", SecretKey: "sk", AuthURL: "iam.c.example", MaxRetries: 5,
			},
		},
		"the project's name in the block wins over an id in the environment": {
			arguments:   Arguments{ProjectName: text("eu-de_team")},
			environment: loggedIn.plus(variables{"HW_PROJECT_ID": "p"}),
			want:        client.Config{Region: "r", AuthToken: "token", ProjectName: "eu-de_team", MaxRetries: 5},
		},
		"the project's name from HW_ wins over an id from OS_": {
			environment: loggedIn.plus(variables{"HW_PROJECT_NAME": "n", "OS_PROJECT_ID": "p"}),
			want:        client.Config{Region: "r", AuthToken: "token", ProjectName: "n", MaxRetries: 5},
		},
		"the project's id wins over the name beside it": {
			environment: loggedIn.plus(variables{"HW_PROJECT_NAME": "n", "HW_PROJECT_ID": someProject}),
			want:        client.Config{Region: "r", AuthToken: "token", ProjectID: someProject, MaxRetries: 5},
		},
		"the project's name from OS_": {
			environment: variables{"OS_REGION": "r", "OS_TOKEN": "token", "OS_TENANT_NAME": "n"},
			want:        client.Config{Region: "r", AuthToken: "token", ProjectName: "n", MaxRetries: 5},
		},
		"what says nothing of the account may come from the other family": {
			environment: loggedIn.plus(variables{"OS_INSECURE": "1"}),
			want:        client.Config{Region: "r", AuthToken: "token", Insecure: true, MaxRetries: 5},
		},
		"false in the block wins over true in the environment": {
			arguments:   Arguments{Region: text("r"), AuthToken: text("token"), Insecure: types.BoolValue(false)},
			environment: variables{"HW_INSECURE": "true"},
			want:        client.Config{Region: "r", AuthToken: "token", MaxRetries: 5},
		},
	} {
		t.Run(name, func(t *testing.T) { c.run(t, c.want.Insecure) })
	}
}

func TestClientConfigErrors(t *testing.T) {
	for name, c := range map[string]invalidCase{
		"no region": {
			environment: variables{"HW_AUTH_TOKEN": "token"},
			says:        []string{"Region is not set", `"region"`, "HW_REGION_NAME", "OS_REGION_NAME"},
		},
		"two projects": {
			arguments: Arguments{ProjectID: text(someProject), ProjectName: text("n")}, environment: loggedIn,
			says: []string{"Conflicting provider arguments", `"project_id"`, `"project_name"`},
		},
		"unknown service": {
			arguments: Arguments{Endpoints: endpoints(map[string]string{"ecs": "http://x"})}, environment: loggedIn,
			says: []string{"Unknown service", "a text of 3 characters", "dds, dws, iam, metadata, rds, sts"},
		},
		"empty endpoint": {
			arguments: Arguments{Endpoints: endpoints(map[string]string{"rds": ""})}, environment: loggedIn,
			says: []string{"Endpoint is empty", `"rds"`},
		},
		"too few requests": {
			arguments: Arguments{RequestsPerMinute: perMinute("rds", 5)}, environment: loggedIn,
			says: []string{"Invalid number of requests", `"rds"`, "from 6 to 60000"},
		},
		"requests to another service": {
			arguments: Arguments{RequestsPerMinute: perMinute("iam", 60)}, environment: loggedIn,
			says: []string{"Unknown service", "dds, dws, rds"},
		},
		"negative retries": {
			arguments: Arguments{MaxRetries: number(-1)}, environment: loggedIn,
			says: []string{"Invalid number", `"max_retries"`},
		},
		"retries in words": {
			environment: loggedIn.plus(variables{"HW_MAX_RETRIES": "many"}),
			says:        []string{"Invalid number", "HW_MAX_RETRIES"},
		},
	} {
		t.Run(name, c.run)
	}
}

func TestTLSErrors(t *testing.T) {
	for name, c := range map[string]invalidCase{
		"insecure in words": {
			environment: loggedIn.plus(variables{"HW_INSECURE": "maybe"}),
			says:        []string{"Invalid value", "HW_INSECURE", "5 characters", "true or false"},
		},
		"no such file": {
			arguments: Arguments{CACertFile: text("/nowhere/ca.pem")}, environment: loggedIn,
			says: []string{"Cannot read file", `"cacert_file"`, "OS_CACERT", "15 characters", "no such file"},
		},
		"no PEM": {
			arguments: Arguments{CACertFile: text("config.go")}, environment: loggedIn,
			says: []string{"No certificate found", `"cacert_file"`},
		},
		"empty file": {
			arguments: Arguments{CACertFile: text(os.DevNull)}, environment: loggedIn,
			says: []string{"No certificate found", `"cacert_file"`},
		},
		"no key file": {
			environment: loggedIn.plus(variables{"OS_CERT": "c.pem"}),
			says:        []string{"Credentials are incomplete", "OS_CERT is set, but OS_KEY is not"},
		},
		"no certificate file": {
			arguments: Arguments{KeyFile: text("k.pem")}, environment: loggedIn,
			says: []string{"Credentials are incomplete", `no "cert_file"`},
		},
		"no certificate and key in the files": {
			arguments: Arguments{CertFile: text("config.go"), KeyFile: text("config.go")}, environment: loggedIn,
			says: []string{"No certificate found", `"cert_file"`},
		},
	} {
		t.Run(name, c.run)
	}
}

// TestUnencryptedAddresses expects a warning for each address to which tokens would go unencrypted.
func TestUnencryptedAddresses(t *testing.T) {
	for address, warned := range map[string]bool{
		"http://rds.example": true, "http://10.0.0.1:8080/": true, "https://rds.example": false, "rds.example": false,
		"http://127.0.0.1:1": false, "http://[::1]:1": false, "http://localhost:1": false,
	} {
		arguments := Arguments{
			AuthURL:   text(address),
			Endpoints: endpoints(map[string]string{"rds": address, "metadata": "http://10.0.0.2"}),
		}
		_, diags := arguments.ClientConfig(context.Background(), loggedIn.lookup)
		if want := map[bool]int{true: 2}[warned]; diags.WarningsCount() != want || diags.HasError() {
			t.Errorf("%s: %d warnings, want %d: %v", address, diags.WarningsCount(), want, diags)
		}
	}
}
