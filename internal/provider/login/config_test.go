// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

func environment(variables map[string]string) lookupEnv {
	return func(name string) (string, bool) {
		value, set := variables[name]
		return value, set
	}
}

func TestClientConfig(t *testing.T) {
	text := types.StringValue
	endpoints, _ := types.MapValueFrom(context.Background(), types.StringType, map[string]string{"rds": "http://127.0.0.1:1"})
	for name, c := range map[string]struct {
		arguments   Arguments
		environment map[string]string
		want        client.Config
	}{
		"all from the block": {
			arguments: Arguments{
				Region: text("eu-de"), ProjectName: text("eu-de_team"), AccessKey: text("ak"), SecretKey: text("sk"), SecurityToken: text("st"),
				Cloud: text("otc.t-systems.com"), AuthURL: text("https://iam.example/v3"), Endpoints: endpoints,
				Insecure: types.BoolValue(true), MaxRetries: types.Int64Value(0), RequestsPerMinute: perMinute("dds", 120),
			},
			want: client.Config{
				Region: "eu-de", ProjectName: "eu-de_team", AccessKey: "ak", SecretKey: "sk", SecurityToken: "st", Cloud: "otc.t-systems.com",
				AuthURL: "https://iam.example/v3", Endpoints: map[string]string{"rds": "http://127.0.0.1:1"}, Insecure: true,
				RequestsPerMinute: map[string]int{"dds": 120},
			},
		},
		"all from HW_ variables, though OS_ ones are there": {
			environment: map[string]string{
				"HW_REGION_NAME": "eu-de", "HW_PROJECT_ID": "p", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk", "HW_SECURITY_TOKEN": "st",
				"HW_CLOUD": "c", "HW_AUTH_URL": "u", "HW_INSECURE": "true", "HW_MAX_RETRIES": "7",
				"OS_REGION_NAME": "x", "OS_PROJECT_ID": "x", "OS_ACCESS_KEY": "x", "OS_SECRET_KEY": "x", "OS_SECURITY_TOKEN": "x",
				"OS_CLOUD": "x", "OS_AUTH_URL": "x", "OS_INSECURE": "false",
			},
			want: client.Config{
				Region: "eu-de", ProjectID: "p", AccessKey: "ak", SecretKey: "sk", SecurityToken: "st", Cloud: "c", AuthURL: "u",
				Insecure: true, MaxRetries: 7,
			},
		},
		"OS_ variables where there are no others, OS_CLOUD never": {
			environment: map[string]string{
				"OS_REGION_NAME": "eu-de", "OS_TENANT_ID": "p", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "OS_CLOUD": "mycloud", "OS_AUTH_URL": "u",
				"HW_REGION_NAME": "",
			},
			want: client.Config{Region: "eu-de", ProjectID: "p", AccessKey: "ak", SecretKey: "sk", AuthURL: "u", MaxRetries: 5},
		},
		"the project's name in the block wins over an id in the environment": {
			arguments:   Arguments{ProjectName: text("eu-de_team")},
			environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "token", "HW_PROJECT_ID": "p"},
			want:        client.Config{Region: "r", AuthToken: "token", ProjectName: "eu-de_team", MaxRetries: 5},
		},
		"the project's name from HW_ wins over an id from OS_": {
			environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "token", "HW_PROJECT_NAME": "n", "OS_PROJECT_ID": "p"},
			want:        client.Config{Region: "r", AuthToken: "token", ProjectName: "n", MaxRetries: 5},
		},
		"the project's id wins over the name beside it": {
			environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "token", "OS_TENANT_NAME": "n", "OS_TENANT_ID": "p"},
			want:        client.Config{Region: "r", AuthToken: "token", ProjectID: "p", MaxRetries: 5},
		},
		"the project's name from OS_": {
			environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "token", "OS_TENANT_NAME": "n"},
			want:        client.Config{Region: "r", AuthToken: "token", ProjectName: "n", MaxRetries: 5},
		},
		"a key in the block wins over a token in the environment": {
			arguments:   Arguments{Region: text("r"), AccessKey: text("ak"), SecretKey: text("sk")},
			environment: map[string]string{"HW_AUTH_TOKEN": "token", "HW_SECURITY_TOKEN": "of another key"},
			want:        client.Config{Region: "r", AccessKey: "ak", SecretKey: "sk", MaxRetries: 5},
		},
		"a token in the environment wins over a key beside it": {
			environment: map[string]string{"HW_REGION_NAME": "r", "OS_AUTH_TOKEN": "token", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"},
			want:        client.Config{Region: "r", AuthToken: "token", MaxRetries: 5},
		},
		"a token from HW_, the rest from OS_": {
			environment: map[string]string{"OS_REGION_NAME": "r", "HW_AUTH_TOKEN": "token", "OS_PROJECT_ID": "p", "OS_INSECURE": "1"},
			want:        client.Config{Region: "r", AuthToken: "token", ProjectID: "p", Insecure: true, MaxRetries: 5},
		},
		"a temporary key from OS_": {
			environment: map[string]string{"OS_REGION_NAME": "r", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st"},
			want:        client.Config{Region: "r", AccessKey: "ak", SecretKey: "sk", SecurityToken: "st", MaxRetries: 5},
		},
		"an access key in the block, the rest in the environment": {
			arguments:   Arguments{Region: text("r"), AccessKey: text("ak")},
			environment: map[string]string{"HW_SECRET_KEY": "sk", "HW_SECURITY_TOKEN": "st"},
			want:        client.Config{Region: "r", AccessKey: "ak", SecretKey: "sk", SecurityToken: "st", MaxRetries: 5},
		},
		"a password in the block wins over a token and a key in the environment": {
			arguments:   Arguments{Region: text("r"), UserName: text("u"), Password: text("pw"), DomainName: text("d")},
			environment: map[string]string{"HW_AUTH_TOKEN": "token", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk", "HW_DOMAIN_ID": "id"},
			want:        client.Config{Region: "r", UserName: "u", Password: "pw", DomainName: "d", MaxRetries: 5},
		},
		"a key in the environment wins over a password beside it": {
			environment: map[string]string{"HW_REGION_NAME": "r", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "HW_USER_NAME": "u", "HW_USER_PASSWORD": "pw"},
			want:        client.Config{Region: "r", AccessKey: "ak", SecretKey: "sk", MaxRetries: 5},
		},
		"a password from HW_": {
			environment: map[string]string{"HW_REGION_NAME": "r", "HW_USER_NAME": "u", "HW_USER_PASSWORD": "pw", "HW_DOMAIN_NAME": "d", "OS_DOMAIN_ID": "x", "OS_USER_ID": "x", "OS_PASSWORD": "x"},
			want:        client.Config{Region: "r", UserName: "u", Password: "pw", DomainName: "d", MaxRetries: 5},
		},
		"a password from OS_": {
			environment: map[string]string{"OS_REGION_NAME": "r", "OS_USERNAME": "u", "OS_PASSWORD": "pw", "OS_USER_DOMAIN_NAME": "d", "OS_TENANT_NAME": "n"},
			want:        client.Config{Region: "r", UserName: "u", Password: "pw", DomainName: "d", ProjectName: "n", MaxRetries: 5},
		},
		"a user's name in the block, the password in the environment": {
			arguments:   Arguments{Region: text("r"), UserName: text("u"), DomainID: text("d")},
			environment: map[string]string{"HW_USER_ID": "x", "HW_USER_PASSWORD": "pw", "HW_DOMAIN_NAME": "x", "HW_ACCESS_KEY": "ak"},
			want:        client.Config{Region: "r", UserName: "u", Password: "pw", DomainID: "d", MaxRetries: 5},
		},
		"a user's id needs no domain": {
			environment: map[string]string{"HW_REGION_NAME": "r", "HW_USER_ID": "u", "HW_USER_NAME": "x", "HW_USER_PASSWORD": "pw"},
			want:        client.Config{Region: "r", UserID: "u", Password: "pw", MaxRetries: 5},
		},
		"a domain is no way to log in": {
			arguments:   Arguments{Region: text("r"), DomainName: text("d")},
			environment: map[string]string{"HW_AUTH_TOKEN": "token"},
			want:        client.Config{Region: "r", AuthToken: "token", MaxRetries: 5},
		},
		"false in the block wins over true in the environment": {
			arguments:   Arguments{Region: text("r"), AuthToken: text("token"), Insecure: types.BoolValue(false)},
			environment: map[string]string{"HW_INSECURE": "true"},
			want:        client.Config{Region: "r", AuthToken: "token", MaxRetries: 5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			config, diags := c.arguments.ClientConfig(context.Background(), environment(c.environment))
			if diags.HasError() {
				t.Fatal(diags)
			}
			if diff := cmp.Diff(c.want, config, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func perMinute(service string, requests int64) types.Map {
	m, _ := types.MapValueFrom(context.Background(), types.Int64Type, map[string]int64{service: requests})
	return m
}

func TestClientConfigRefuses(t *testing.T) {
	text := types.StringValue
	endpoints := func(service, address string) types.Map {
		m, _ := types.MapValueFrom(context.Background(), types.StringType, map[string]string{service: address})
		return m
	}
	loggedIn := map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "token"}
	for name, c := range map[string]struct {
		arguments   Arguments
		environment map[string]string
		says        []string
	}{
		"no region":        {environment: map[string]string{"HW_AUTH_TOKEN": "token"}, says: []string{`"region"`, "HW_REGION_NAME", "OS_REGION_NAME"}},
		"no secret key":    {environment: map[string]string{"HW_REGION_NAME": "r", "HW_ACCESS_KEY": "ak"}, says: []string{`"secret_key"`, "HW_SECRET_KEY"}},
		"no access key":    {environment: map[string]string{"HW_REGION_NAME": "r", "OS_SECRET_KEY": "sk"}, says: []string{`"access_key"`, "HW_ACCESS_KEY"}},
		"lone token":       {environment: map[string]string{"HW_REGION_NAME": "r", "HW_SECURITY_TOKEN": "st"}, says: []string{`"access_key"`, "HW_ACCESS_KEY"}},
		"two ways":         {arguments: Arguments{Region: text("r"), AuthToken: text("t"), AccessKey: text("a"), SecretKey: text("s")}, says: []string{`"auth_token"`, `"access_key"`}},
		"password and key": {arguments: Arguments{Region: text("r"), Password: text("p"), AccessKey: text("a")}, environment: loggedIn, says: []string{`"password"`, `"access_key"`}},
		"password's token": {arguments: Arguments{Region: text("r"), Password: text("p"), UserID: text("u"), SecurityToken: text("st")}, says: []string{`"security_token"`, `"password"`}},
		"no password":      {environment: map[string]string{"HW_REGION_NAME": "r", "OS_USERNAME": "u"}, says: []string{`no "password"`, "HW_USER_PASSWORD"}},
		"no user":          {environment: map[string]string{"HW_REGION_NAME": "r", "OS_PASSWORD": "p"}, says: []string{`no "user_name"`, "HW_USER_NAME"}},
		"no domain":        {environment: map[string]string{"HW_REGION_NAME": "r", "HW_USER_NAME": "u", "OS_PASSWORD": "p"}, says: []string{`no "domain_name"`, "HW_DOMAIN_NAME"}},
		"two users":        {arguments: Arguments{Region: text("r"), Password: text("p"), UserID: text("u"), UserName: text("n")}, says: []string{`"user_id"`, `"user_name"`}},
		"token's token":    {arguments: Arguments{SecurityToken: text("st")}, environment: loggedIn, says: []string{`"security_token"`, "HW_AUTH_TOKEN"}},
		"two projects":     {arguments: Arguments{ProjectID: text("p"), ProjectName: text("n")}, environment: loggedIn, says: []string{`"project_id"`, `"project_name"`}},
		"no such file":     {arguments: Arguments{CACertFile: text("/nowhere/ca.pem")}, environment: loggedIn, says: []string{"cannot be read", `"cacert_file"`, "OS_CACERT", "/nowhere/ca.pem"}},
		"not PEM":          {arguments: Arguments{CACertFile: text("config.go")}, environment: loggedIn, says: []string{"Not a certificate", `"cacert_file"`, "config.go"}},
		"empty":            {arguments: Arguments{CACertFile: text(os.DevNull)}, environment: loggedIn, says: []string{"Not a certificate", `"cacert_file"`}},
		"no key file":      {environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "t", "OS_CERT": "c.pem"}, says: []string{"Half a pair", `no "key_file"`, "OS_KEY"}},
		"no cert file":     {arguments: Arguments{KeyFile: text("k.pem")}, environment: loggedIn, says: []string{"Half a pair", `no "cert_file"`, "OS_CERT"}},
		"no pair of files": {arguments: Arguments{CertFile: text("config.go"), KeyFile: text("config.go")}, environment: loggedIn, says: []string{"Not a certificate and its key", `"cert_file"`, `"key_file"`}},
		"unknown service":  {arguments: Arguments{Endpoints: endpoints("ecs", "http://x")}, environment: loggedIn, says: []string{`"ecs"`, "dds, dws, iam, metadata, rds, sts"}},
		"empty endpoint":   {arguments: Arguments{Endpoints: endpoints("rds", "")}, environment: loggedIn, says: []string{"Empty endpoint"}},
		"insecure maybe":   {environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "t", "HW_INSECURE": "maybe"}, says: []string{`"insecure"`, "HW_INSECURE", "maybe"}},
		"retries in words": {environment: map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "t", "HW_MAX_RETRIES": "many"}, says: []string{`"max_retries"`, "HW_MAX_RETRIES"}},
		"no budget":        {arguments: Arguments{RequestsPerMinute: perMinute("rds", 5)}, environment: loggedIn, says: []string{"5 requests a minute", `"rds"`, "from 6 to 60000"}},
		"another's budget": {arguments: Arguments{RequestsPerMinute: perMinute("iam", 60)}, environment: loggedIn, says: []string{`"iam"`, "rds, dds and dws"}},
		"negative retries": {arguments: Arguments{MaxRetries: types.Int64Value(-1)}, environment: loggedIn, says: []string{`"max_retries"`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := c.arguments.ClientConfig(context.Background(), environment(c.environment))
			if diags.ErrorsCount() != 1 {
				t.Fatalf("%d errors, want one: %v", diags.ErrorsCount(), diags)
			}
			message := diags[0].Summary() + ": " + diags[0].Detail()
			for _, say := range c.says {
				if !strings.Contains(message, say) {
					t.Errorf("%q lacks %q", message, say)
				}
			}
		})
	}
}

// TestAddressesInClear warns of addresses that tokens would be read on the way to.
func TestAddressesInClear(t *testing.T) {
	for address, warned := range map[string]bool{
		"http://rds.example": true, "http://10.0.0.1:8080/": true, "https://rds.example": false, "rds.example": false,
		"http://127.0.0.1:1": false, "http://[::1]:1": false, "http://localhost:1": false,
	} {
		endpoints, _ := types.MapValueFrom(context.Background(), types.StringType, map[string]string{"rds": address, "metadata": "http://10.0.0.2"})
		_, diags := Arguments{AuthURL: types.StringValue(address), Endpoints: endpoints}.
			ClientConfig(context.Background(), environment(map[string]string{"HW_REGION_NAME": "r", "HW_AUTH_TOKEN": "t"}))
		if want := map[bool]int{true: 2}[warned]; diags.WarningsCount() != want || diags.HasError() {
			t.Errorf("%s: %d warnings, want %d: %v", address, diags.WarningsCount(), want, diags)
		}
	}
}
