// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// certificateAndKey returns both in PEM format.
func certificateAndKey(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", keyDER)
}

func windows(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// What people report of bundles of authorities: files were joined by a shell, one of them begins with a byte order mark
// or lacks its last line end, and the certificate at the seam is passed over without a word.

func TestEveryCertificateOfABundle(t *testing.T) {
	first, _ := certificateAndKey(t)
	second, key := certificateAndKey(t)
	bom := string(byteOrderMark)
	for name, c := range map[string]struct {
		bundle string
		lost   bool
	}{
		"two":                     {bundle: first + second},
		"mark at the beginning":   {bundle: bom + first + second},
		"mark in the middle":      {bundle: first + bom + second},
		"lines of Windows":        {bundle: windows(first) + bom + windows(second)},
		"comments":                {bundle: "# one\n" + first + "\n# two\n" + second},
		"a key as well":           {bundle: first + key + second},
		"no line end between":     {bundle: strings.TrimSpace(first) + second, lost: true},
		"lines of old Macs":       {bundle: strings.ReplaceAll(first+second, "\n", "\r"), lost: true},
		"cut off":                 {bundle: first + second[:len(second)/2], lost: true},
		"an end alone":            {bundle: first + second[40:], lost: true},
		"damaged":                 {bundle: first + strings.Replace(second, "MII", "MI!", 1), lost: true},
		"not a certificate in it": {bundle: first + strings.Replace(second, "MII", "AAA", 1), lost: true},
		"another spelling":        {first + strings.ReplaceAll(second, "CERTIFICATE", "TRUSTED CERTIFICATE"), true},
		"indented":                {bundle: first + strings.ReplaceAll(second, "-----BEGIN", "  -----BEGIN"), lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(file, []byte(c.bundle), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, value := range []string{file, c.bundle} {
				config, diags := Arguments{CACertFile: text(value)}.ClientConfig(context.Background(), loggedIn.lookup)
				if c.lost {
					if diags.ErrorsCount() != 1 || diags[0].Summary() != "Cannot read every certificate" {
						t.Errorf("%v, want an error", diags)
					}
					continue
				}
				if diags.HasError() || config.RootCAs == nil {
					t.Error(diags)
				}
			}
		})
	}
}

// What people report of text from files and shells: a variable ends with the line end of the file that it was read
// from, a profile was saved by an editor that marks its files, and the service answers with something obscure.

func TestTextFromFilesAndShells(t *testing.T) {
	key := variables{"HW_REGION_NAME": "r", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}
	user := variables{"HW_REGION_NAME": "r", "HW_USER_NAME": "u", "HW_DOMAIN_NAME": "d", "HW_USER_PASSWORD": "pw"}
	userID := variables{"HW_REGION_NAME": "r", "HW_USER_ID": "u", "HW_USER_PASSWORD": "pw"}
	role := key.plus(variables{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d"})
	roleByID := key.plus(variables{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_ID": "d"})
	good := variables{
		"HW_PROJECT_ID": someProject, "HW_PROJECT_NAME": "r_team", "HW_CLOUD": "c.example",
		"HW_AUTH_URL": "https://iam.c.example",
		"HW_INSECURE": "false", "HW_MAX_RETRIES": "3", "HW_ASSUME_ROLE_DURATION": "900", "HW_SECURITY_TOKEN": "st",
		"OS_CACERT": "/ca.pem", "HW_PROFILE": "p", "HW_SHARED_CONFIG_FILE": "/f",
	}
	for _, c := range []struct {
		env       variables
		variables []string
	}{
		{key, []string{
			"HW_REGION_NAME", "HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN", "HW_PROJECT_ID", "HW_PROJECT_NAME",
			"HW_CLOUD", "HW_AUTH_URL", "HW_INSECURE", "HW_MAX_RETRIES", "OS_CACERT",
		}},
		{user, []string{"HW_USER_NAME", "HW_DOMAIN_NAME"}},
		{userID, []string{"HW_USER_ID"}},
		{role, []string{"HW_ASSUME_ROLE_AGENCY_NAME", "HW_ASSUME_ROLE_DOMAIN_NAME", "HW_ASSUME_ROLE_DURATION"}},
		{roleByID, []string{"HW_ASSUME_ROLE_DOMAIN_ID"}},
		{variables{"HW_REGION_NAME": "r"}, []string{"HW_PROFILE", "HW_SHARED_CONFIG_FILE"}},
	} {
		for _, variable := range c.variables {
			value := c.env[variable]
			if value == "" {
				value = good[variable]
			}
			for shown, spoilt := range map[string]string{
				`"\r" at the end`: value + "\r", `"\n" at the end`: value + "\n", `" " at the end`: value + "  ",
				`" " at the beginning`: " " + value, `"\t" at the beginning`: "\t" + value,
				`"\ufeff" at the beginning`: "\ufeff" + value, `"\u00a0" at the end`: value + "\u00a0",
				`"\r" at the end` + " ": value + "\r\n",
			} {
				text := problems(Arguments{}, c.env.plus(variables{variable: spoilt, "HOME": home(t)}))
				if !strings.Contains(text, variable+" has "+strings.TrimSpace(shown)) {
					t.Errorf("%s=%q: lacks %q: %s", variable, spoilt, shown, text)
				}
			}
		}
	}
	for _, c := range []variables{
		user.plus(variables{"HW_USER_PASSWORD": " pass word "}),
		key.plus(variables{"HW_PROJECT_NAME": "r team", "HW_REGION_NAME": "r"}),
		{"HW_REGION_NAME": "r", "HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_ID_TOKEN": "token\n"},
	} {
		if text := problems(Arguments{}, c); text != "" {
			t.Errorf("%v: %s", c, text)
		}
	}
	text := problems(Arguments{}, user.plus(variables{"HW_USER_PASSWORD": "pw\r"}))
	if !strings.Contains(text, "HW_USER_PASSWORD has") {
		t.Errorf("a password with a line end: %s", text)
	}
}

func TestMarkedProfile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(string(byteOrderMark)+windows(sharedConfigText)), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := problems(Arguments{SharedConfigFile: text(file)}, variables{"HW_REGION_NAME": "r"}); text != "" {
		t.Error(text)
	}
	spoilt := strings.Replace(sharedConfigText, `"file-sk"`, `"file-sk\r"`, 1)
	if err := os.WriteFile(file, []byte(spoilt), 0o600); err != nil {
		t.Fatal(err)
	}
	shown := problems(Arguments{SharedConfigFile: text(file)}, variables{"HW_REGION_NAME": "r"})
	const says = `"secretAccessKey" of the profile has "\r" at the end`
	if !strings.Contains(shown, says) || strings.Contains(shown, "file-sk") {
		t.Error(shown)
	}
}

// TestHomeOfATokenFile expands the path as those of other files.
func TestHomeOfATokenFile(t *testing.T) {
	for _, value := range []string{"~/token", "~"} {
		env := variables{"HW_REGION_NAME": "r", "HW_ASSUME_ROLE_IDP_ID": "i", "HOME": "/home/me"}
		config, diags := Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{
			IdPID: text("i"), IDTokenFile: text(value),
		}}}.ClientConfig(context.Background(), env.lookup)
		if want := filepath.Join("/home/me", value[1:]); diags.HasError() || config.Federation.IDTokenFile != want {
			t.Errorf("%v: %+v", diags, config.Federation)
		}
		env["HW_ASSUME_ROLE_ID_TOKEN_FILE"] = value
		config, diags = Arguments{}.ClientConfig(context.Background(), env.lookup)
		if want := filepath.Join("/home/me", value[1:]); diags.HasError() || config.Federation.IDTokenFile != want {
			t.Errorf("%v: %+v", diags, config.Federation)
		}
	}
}

// What people report of numbers and maps in a provider block: a fraction or a null ends in a text that blames the
// provider, and asks them to report it.

func TestFractionsAndNulls(t *testing.T) {
	fraction := types.NumberValue(big.NewFloat(1.5))
	huge := types.NumberValue(new(big.Float).SetMantExp(big.NewFloat(1), 5000))
	mapOf := func(number types.Number) types.Map {
		m, _ := types.MapValueFrom(context.Background(), types.NumberType, map[string]types.Number{"rds": number})
		return m
	}
	noAddress, _ := types.MapValueFrom(context.Background(), types.StringType,
		map[string]types.String{"rds": types.StringNull(), "dds": types.StringNull()})
	for name, arguments := range map[string]Arguments{
		"fraction of retries":  {MaxRetries: fraction},
		"huge retries":         {MaxRetries: huge},
		"fraction of requests": {RequestsPerMinute: mapOf(fraction)},
		"huge requests":        {RequestsPerMinute: mapOf(huge)},
		"fraction of a duration": {AssumeRole: []roleArguments{
			{AgencyName: text("a"), DomainName: text("d"), Duration: fraction},
		}},
	} {
		shown := problems(arguments, loggedIn)
		if !strings.Contains(shown, "must be a whole number from") || strings.Contains(shown, "report") {
			t.Errorf("%s: %s", name, shown)
		}
	}
	for name, arguments := range map[string]Arguments{
		"null requests": {RequestsPerMinute: mapOf(types.NumberNull())}, "null address": {Endpoints: noAddress},
		"null numbers": {
			MaxRetries: types.NumberNull(),
			AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("d"), Duration: types.NumberNull()}},
		},
	} {
		if shown := problems(arguments, loggedIn); shown != "" {
			t.Errorf("%s: %s", name, shown)
		}
	}
}
