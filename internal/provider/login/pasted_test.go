// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// What people report of providers that take paths: the contents of a key file stand where its path belongs, because
// another provider takes either, and the error prints the private key into the log of a pipeline.

// pastedSecrets are what people have in their clipboards and secret stores.
var pastedSecrets = map[string]string{
	"PEM":        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n",
	"PEM line":   `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----`,
	"key":        "Zk3vQ9wXr7LtB2mN8sYpD5hJ1cF6gA4eU0oIiKxT",
	"access key": "AKQ9WXR7LTB2MN8SYPD5",
	"base64":     "bWFkZSB1cA/+c2VjcmV0IG9mIHRoaXJ0eQ==",
	"JWT":        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwaXBlbGluZSJ9.c2lnbmF0dXJlLW9m" + strings.Repeat("Zk3v", 80),
	"JSON":       `{"profiles": [{"secretAccessKey": "Zk3vQ9wXr7LtB2mN8sYp"}]}`,
	"password":   "correct horse%s/battery: staple!",
	"with ends":  "Zk3vQ9wXr7LtB2mN8sYpD5h\r\n",
	"URL":        "http://me:Zk3vQ9wXr7@iam.example/?token=LtB2mN8s",
	"control":    "Zk3vQ9wXr7\x00LtB2mN8sYpD5h\x1b[31m",
	"not UTF-8":  "Zk3vQ9wXr7\xff\xfeLtB2mN8sYpD5h",
}

// allVariables are those of all arguments.
func allVariables() []string {
	var all []string
	for _, a := range []argument{
		regionArgument, projectIDArgument, projectNameArgument, accessKeyArgument, secretKeyArgument,
		securityTokenArgument, authTokenArgument, userNameArgument, userIDArgument, passwordArgument, passcodeArgument,
		domainNameArgument, domainIDArgument, sharedConfigFileArgument, profileArgument, agencyNameArgument,
		agencyDomainNameArgument, delegatedProjectArgument, cloudArgument, authURLArgument, insecureArgument,
		cacertFileArgument, certFileArgument, keyFileArgument, maxRetriesArgument, roleAgencyArgument,
		roleDomainNameArgument, roleDomainIDArgument, roleDurationArgument, roleIdPArgument, roleIDTokenArgument,
		roleIDTokenFileArgument,
	} {
		all = append(all, a.variables...)
	}
	return all
}

// textFields calls use for each text of the block, of the blocks in it, and for keys and values of endpoints.
func textFields(use func(name string, set func(a *Arguments, value string))) {
	kind := reflect.TypeFor[Arguments]()
	for i := range kind.NumField() {
		if kind.Field(i).Type == reflect.TypeFor[types.String]() {
			use(kind.Field(i).Name, func(a *Arguments, value string) {
				reflect.ValueOf(a).Elem().Field(i).Set(reflect.ValueOf(text(value)))
			})
		}
	}
	role := reflect.TypeFor[federatedRoleArguments]()
	for i := range role.NumField() {
		if role.Field(i).Type != reflect.TypeFor[types.String]() {
			continue
		}
		use("AssumeRoleWithOIDC."+role.Field(i).Name, func(a *Arguments, value string) {
			block := federatedRoleArguments{
				IdPID: text("idp"), IDToken: text("id"), AgencyName: text("a"), DomainName: text("d"),
			}
			reflect.ValueOf(&block).Elem().Field(i).Set(reflect.ValueOf(text(value)))
			a.AssumeRoleWithOIDC = []federatedRoleArguments{block}
		})
	}
	use("endpoints", func(a *Arguments, value string) { a.Endpoints = endpoints(map[string]string{"rds": value}) })
	use("endpoints' key", func(a *Arguments, value string) {
		a.Endpoints = endpoints(map[string]string{value: "x.example"})
	})
	use("AssumeRole", func(a *Arguments, value string) {
		a.AssumeRole = []roleArguments{{AgencyName: text(value), DomainName: text(value), DomainID: text(value)}}
	})
}

// problems are all texts of a configuration's diagnostics, and of the client's error.
func problems(a Arguments, env variables) string {
	config, diags := a.ClientConfig(context.Background(), env.lookup)
	var all []string
	for _, d := range diags {
		all = append(all, d.Summary(), d.Detail())
		if withPath, ok := d.(diag.DiagnosticWithPath); ok {
			all = append(all, withPath.Path().String())
		}
	}
	if !diags.HasError() {
		if _, err := client.New(config); err != nil {
			all = append(all, "the client rejects it: "+err.Error())
		}
	}
	return strings.Join(all, "\n")
}

// pieces are the parts of a secret that would give it away. The name of a program's own word is none.
func pieces(secret string) []string {
	cut := func(r rune) bool { return strings.ContainsRune(" \r\n\\\x00\x1b\"{}[]:,-@?%/", r) || r == '\ufffd' }
	long := strings.FieldsFunc(secret, cut)
	return slices.DeleteFunc(long, func(piece string) bool {
		return len(piece) < 7 || strings.Contains("-----BEGIN PRIVATE KEY----- profiles iam.example", piece)
	})
}

// expectHidden checks what is shown after a secret was pasted somewhere.
func expectHidden(t *testing.T, where, secret, shown string) {
	t.Helper()
	for _, piece := range pieces(secret) {
		if strings.Contains(shown, piece) {
			t.Errorf("%s shows %q: %s", where, piece, shown)
		}
	}
	for _, phrase := range []string{"report this", "error in the provider", "%!", "the client rejects it"} {
		if strings.Contains(shown, phrase) {
			t.Errorf("%s: %q: %s", where, phrase, shown)
		}
	}
}

func TestPastedSecretsAreNotShown(t *testing.T) {
	logins := map[string]variables{
		"key":   {"HW_REGION_NAME": "r", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"},
		"OS":    {"OS_REGION_NAME": "r", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk"},
		"block": {},
	}
	for kind, secret := range pastedSecrets {
		for login, env := range logins {
			textFields(func(name string, set func(*Arguments, string)) {
				arguments := Arguments{}
				if login == "block" {
					arguments.Region = text("r")
				}
				set(&arguments, secret)
				expectHidden(t, fmt.Sprintf("%s as %s, login %s", kind, name, login), secret, problems(arguments, env))
			})
			for _, variable := range allVariables() {
				shown := problems(Arguments{}, env.plus(variables{variable: secret}))
				expectHidden(t, fmt.Sprintf("%s in %s, login %s", kind, variable, login), secret, shown)
				shown = problems(Arguments{Profile: text("p")}, env.plus(variables{variable: secret, "HOME": home(t)}))
				expectHidden(t, fmt.Sprintf("%s in %s, a profile", kind, variable), secret, shown)
			}
		}
	}
}

// TestErrorsNameWhatIsWrong says of what is not shown where it is, how long it is, and what belongs there.
func TestErrorsNameWhatIsWrong(t *testing.T) {
	secret := pastedSecrets["key"]
	login := variables{"HW_REGION_NAME": "r", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}
	for variable, expected := range map[string]string{
		"OS_CACERT": "in PEM format", "HW_CLOUD": "domain of a cloud", "HW_PROJECT_ID": "id of a project",
		"HW_AUTH_URL": "address of a service", "HW_INSECURE": "true or false", "HW_REGION_NAME": "name of a region",
	} {
		shown := problems(Arguments{}, login.plus(variables{variable: secret}))
		for _, say := range []string{variable, "40 characters", expected} {
			if !strings.Contains(shown, say) {
				t.Errorf("%s: lacks %q: %s", variable, say, shown)
			}
		}
	}
	shown := problems(Arguments{}, variables{"HW_REGION_NAME": "r", "HW_SHARED_CONFIG_FILE": pastedSecrets["JSON"]})
	for _, say := range []string{"HW_SHARED_CONFIG_FILE", "59 characters", "path of a file"} {
		if !strings.Contains(shown, say) {
			t.Errorf("lacks %q: %s", say, shown)
		}
	}
}

// TestContentsInPlaceOfAPath takes certificates and keys as the vendor's own provider does.
func TestContentsInPlaceOfAPath(t *testing.T) {
	certificate, key := certificateAndKey(t)
	directory := t.TempDir()
	certFile, keyFile := filepath.Join(directory, "cert.pem"), filepath.Join(directory, "key.pem")
	for file, data := range map[string]string{certFile: certificate, keyFile: key} {
		if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bom := string(byteOrderMark)
	for name, c := range map[string]struct {
		ca, cert, key string
		inEnvironment bool
	}{
		"files":                 {ca: certFile, cert: certFile, key: keyFile},
		"contents":              {ca: certificate, cert: certificate, key: key},
		"both":                  {ca: certFile, cert: certificate, key: keyFile},
		"files in variables":    {certFile, certFile, keyFile, true},
		"contents in variables": {certificate, certificate, key, true},
		"home":                  {ca: "~/cert.pem", cert: "~/cert.pem", key: "~/key.pem"},
		"home in variables":     {"~/cert.pem", "~/cert.pem", "~/key.pem", true},
		"contents of Windows editors": {
			ca: bom + windows(certificate), cert: bom + windows(certificate), key: bom + windows(key),
		},
		"a line before": {ca: "# made up\n" + certificate, cert: "\n" + certificate, key: "Bag: x\n" + key},
	} {
		t.Run(name, func(t *testing.T) {
			arguments := Arguments{CACertFile: text(c.ca), CertFile: text(c.cert), KeyFile: text(c.key)}
			env := loggedIn.plus(variables{"HOME": directory})
			if c.inEnvironment {
				arguments = Arguments{}
				env = env.plus(variables{"OS_CACERT": c.ca, "OS_CERT": c.cert, "OS_KEY": c.key})
			}
			config, diags := arguments.ClientConfig(context.Background(), env.lookup)
			if len(diags) > 0 || config.RootCAs == nil || config.Certificate == nil {
				t.Errorf("%v: %v, %v", diags, config.RootCAs, config.Certificate)
			}
		})
	}
}

// FuzzArguments puts any text around a secret, and both into any argument or variable.
func FuzzArguments(f *testing.F) {
	const secret = "Zk3vQ9wXr7LtB2mN8sYp"
	var setters []func(*Arguments, string)
	textFields(func(_ string, set func(*Arguments, string)) { setters = append(setters, set) })
	variableNames := allVariables()
	for i := range len(setters) + len(variableNames) {
		for _, text := range []string{"", "~/", "-----BEGIN ", "https://", "{", "\r\n", "a.b.", "%s", "127.0.0.1:", "\xff"} {
			f.Add(uint(i), text, text)
		}
	}
	directory := f.TempDir()
	f.Fuzz(func(t *testing.T, which uint, before, after string) {
		arguments, env := Arguments{}, variables{"HW_REGION_NAME": "r", "HOME": directory}
		value := before + secret + after
		if which %= uint(len(setters) + len(variableNames)); which < uint(len(setters)) {
			setters[which](&arguments, value)
		} else {
			env[variableNames[which-uint(len(setters))]] = value
		}
		for _, login := range []variables{nil, {"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}} {
			shown := problems(arguments, login.plus(env))
			for _, phrase := range []string{secret, "report this", "error in the provider", "the client rejects it"} {
				if strings.Contains(shown, phrase) {
					t.Errorf("%q: %s", phrase, shown)
				}
			}
		}
	})
}
