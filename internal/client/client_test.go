// SPDX-License-Identifier: MPL-2.0

package client

import (
	"strings"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*Config)
		want   string
	}{
		"no region":        {func(c *Config) { c.Region = "" }, "no region is configured"},
		"a region's URL":   {func(c *Config) { c.Region = "eu-de.otc.t-systems.com/" }, "is not the name of a region"},
		"a project's path": {func(c *Config) { c.ProjectID = "a/b" }, `"a/b" is not the id of a project`},
		"no credentials":   {func(c *Config) { c.AccessKey, c.SecretKey = "", "" }, "no credentials are configured"},
		"no secret key":    {func(c *Config) { c.SecretKey = "" }, "an access key is configured without its secret key"},
		"no access key":    {func(c *Config) { c.AccessKey = "" }, "a secret key is configured without its access key"},
		"only a temporary": {
			func(c *Config) { c.AccessKey, c.SecretKey, c.SecurityToken = "", "", "token" },
			"no credentials are configured",
		},
		"no user": {
			func(c *Config) { c.AccessKey, c.SecretKey, c.Password = "", "", "p" },
			"without the name or the id of its user",
		},
		"no domain": {
			func(c *Config) { c.AccessKey, c.SecretKey, c.Password, c.UserName = "", "", "p", "u" },
			"without that of its domain",
		},
		"a password's end": {
			func(c *Config) { c.AccessKey, c.SecretKey, c.Password, c.UserID = "", "", "top-secret\n", "u" },
			"line end",
		},
		"a stray line end": {func(c *Config) { c.SecretKey = "top-secret\n" }, "white space"},
		"a token's end":    {func(c *Config) { c.AuthToken = " top-secret" }, "white space"},
		"negative retries": {func(c *Config) { c.MaxRetries = -1 }, "negative"},
		"unknown service": {
			func(c *Config) { c.Endpoints = map[string]string{"obs": "x"} },
			`"obs"; the services are dds, dws, iam, metadata, rds, sts`,
		},
		"endpoint, scheme": {
			func(c *Config) { c.Endpoints = map[string]string{"rds": "ftp://x"} },
			"the RDS endpoint: it is not the address",
		},
		"endpoint, no host": {
			func(c *Config) { c.Endpoints = map[string]string{"rds": "https://"} },
			"the RDS endpoint: it is not the address",
		},
		"endpoint, user": {
			func(c *Config) { c.Endpoints = map[string]string{"rds": "https://top-secret@x"} },
			"user name or password",
		},
		"endpoint, query": {func(c *Config) { c.Endpoints = map[string]string{"rds": "https://x?a=b"} }, "query"},
		"endpoint, garbage": {
			func(c *Config) { c.Endpoints = map[string]string{"dws": "https://x:top-secret"} },
			"the DWS endpoint: it is not the address",
		},
		"auth URL": {func(c *Config) { c.AuthURL = "ftp://iam" }, "the authentication URL: it is not the address"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := Config{Region: "eu-de", AccessKey: "AK12", SecretKey: "SK34"}
			test.change(&config)
			_, err := New(config)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q in it", err, test.want)
			}
			if strings.Contains(err.Error(), "top-secret") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}

func TestEndpoints(t *testing.T) {
	tests := []struct {
		region, cloud, authURL string
		endpoints              map[string]string
		service, want          string
	}{
		{region: "eu-west-101", service: "rds", want: "https://rds.eu-west-101.myhuaweicloud.eu"},
		{region: "eu-west-101", service: "iam", want: "https://iam.eu-west-101.myhuaweicloud.eu"},
		{region: "eu-west-0", service: "dds", want: "https://dds.eu-west-0.myhuaweicloud.com"},
		{region: "cn-north-4", service: "dws", want: "https://dws.cn-north-4.myhuaweicloud.com"},
		{region: "cn-south-4", service: "dws", want: "https://dws.cn-south-4.myhuaweicloud.cn"},
		{region: "cn-north-12", service: "dws", want: "https://dws.cn-north-12.myhuaweicloud.cn"},
		{region: "cn-east-4", service: "dws", want: "https://dws.cn-east-4.myhuaweicloud.cn"},
		{region: "tr-west-1", service: "dws", want: "https://dws.tr-west-1.myhuaweicloud.cn"},
		{region: "ap-southeast-4", service: "dws", want: "https://dws.ap-southeast-4.myhuaweicloud.cn"},
		{region: "tr-west-1", service: "rds", want: "https://rds.tr-west-1.myhuaweicloud.com"},
		{region: "tr-west-1", cloud: "myhuaweicloud.com", service: "dws", want: "https://dws.tr-west-1.myhuaweicloud.com"},
		{region: "eu-de", cloud: "otc.t-systems.com", service: "dws", want: "https://dws.eu-de.otc.t-systems.com"},
		{region: "eu-de", cloud: ".otc.t-systems.com/", service: "iam", want: "https://iam.eu-de.otc.t-systems.com"},
		{
			region:  "eu-west-101",
			cloud:   "myhuaweicloud.com",
			service: "rds",
			want:    "https://rds.eu-west-101.myhuaweicloud.com",
		},
		{
			region:  "eu-de",
			authURL: "https://iam.eu-de.otc.t-systems.com/v3",
			service: "iam",
			want:    "https://iam.eu-de.otc.t-systems.com",
		},
		{
			region:  "eu-de",
			authURL: "https://iam.eu-de.otc.t-systems.com/v3/",
			service: "iam",
			want:    "https://iam.eu-de.otc.t-systems.com",
		},
		{region: "eu-ch2", cloud: "sc.otc.t-systems.com", service: "iam", want: "https://iam-pub.eu-ch2.sc.otc.t-systems.com"},
		{region: "eu-ch2", cloud: "sc.otc.t-systems.com", service: "rds", want: "https://rds.eu-ch2.sc.otc.t-systems.com"},
		{region: "eu-de", authURL: "iam.example", service: "iam", want: "https://iam.example"},
		{
			region:    "eu-de",
			authURL:   "a.example",
			endpoints: map[string]string{"iam": "b.example/v3/"},
			service:   "iam",
			want:      "https://b.example",
		},
		{
			region:    "eu-de",
			endpoints: map[string]string{"rds": "http://127.0.0.1:8080/"},
			service:   "rds",
			want:      "http://127.0.0.1:8080",
		},
		{
			region:    "eu-de",
			endpoints: map[string]string{"rds": "rds.example:8443/gateway//"},
			service:   "rds",
			want:      "https://rds.example:8443/gateway",
		},
		{region: "eu-de", endpoints: map[string]string{"dws": "dws.example"}, service: "dws", want: "https://dws.example"},
		{
			region:    "eu-de",
			endpoints: map[string]string{"dws": "https://dws.example"},
			service:   "dws",
			want:      "https://dws.example",
		},
		{
			region:    "eu-de",
			endpoints: map[string]string{"rds": "x.example", "dds": ""},
			service:   "dds",
			want:      "https://dds.eu-de.myhuaweicloud.com",
		},
	}
	for _, test := range tests {
		c, err := New(Config{
			Region: test.region, Cloud: test.cloud, AuthURL: test.authURL, Endpoints: test.endpoints, AuthToken: "token",
		})
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		if got := c.endpoint(test.service); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}

func TestEndpointWithAPath(t *testing.T) {
	server := newTestServer(t, answerWith(200, goodReply))
	c := newTestClient(t, server.URL+"/gate way", newFakeClock())
	if _, err := c.DDS().Job(t.Context(), jobID); err != nil {
		t.Fatal(err)
	}
	got := server.got()[0]
	if want := "/gate%20way/v3/" + testProject + "/jobs"; got.Path != want {
		t.Errorf("path %s, want %s", got.Path, want)
	}
	got.Path = strings.ReplaceAll(got.Path, "%20", " ") // the signature is of the decoded path, encoded its own way
	if got, want := got.Header.Get("Authorization"), authorization(t, got, "X-Project-Id"); got != want {
		t.Errorf("Authorization\ngot  %s\nwant %s", got, want)
	}
}

func TestForRegion(t *testing.T) {
	c, err := New(
		Config{
			Region:    "eu-west-101",
			ProjectID: "p1",
			AuthToken: "token",
			Endpoints: map[string]string{"iam": "iam.example"},
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	region := func(of *Client, name string) *Client {
		t.Helper()
		sibling, err := of.ForRegion(name)
		if err != nil {
			t.Fatal(err)
		}
		return sibling
	}
	for _, name := range []string{"", "eu-west-101"} {
		if region(c, name) != c {
			t.Errorf("region %q is another client", name)
		}
	}
	other := region(c, "cn-north-4")
	if other == c || other != region(c, "cn-north-4") || other != region(other, "") || region(other, "eu-west-101") != c {
		t.Error("a region has not one client")
	}
	if other.Region() != "cn-north-4" || other.Clock() != SystemClock {
		t.Errorf("the sibling is in %s", other.Region())
	}
	if got := other.endpoint("rds"); got != "https://rds.cn-north-4.myhuaweicloud.com" {
		t.Errorf("the sibling's cloud is not its region's: %s", got)
	}
	if got := other.endpoint("iam"); got != "https://iam.example" {
		t.Errorf("the sibling asks another IAM: %s", got)
	}
	if other.project.id != "" {
		t.Errorf("the sibling has the project of another region: %s", other.project.id)
	}
	if _, err := c.ForRegion("a.b"); err == nil {
		t.Error("a.b is taken for a region")
	}

	for _, service := range []string{"rds", "dds", "dws"} {
		c, err := New(Config{Region: "eu-west-101", AuthToken: "token", Endpoints: map[string]string{service: "x.example"}})
		if err != nil {
			t.Fatal(err)
		}
		want := "region eu-de cannot be used: the " + strings.ToUpper(
			service,
		) + " endpoint https://x.example is configured for region eu-west-101"
		if _, err := c.ForRegion("eu-de"); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if region(c, "eu-west-101") != c {
			t.Error("its own region is refused")
		}
	}
}

// What cannot be an id never becomes part of an address.
func TestIDsAreChecked(t *testing.T) {
	server := newTestServer(t, answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock())
	for _, id := range []string{"", "a/b", "..", "*abc", "a?b=c", "a%2Fb", " a", "a\n", "é"} {
		calls := map[string]func() error{
			"RestoreDDSCollections": func() error {
				_, err := c.DDS().RestoreCollections(t.Context(), id, DDSCollectionRestore{})
				return err
			},
			"RestoreRDSTables": func() error {
				_, err := c.RDS().RestoreTables(t.Context(), RDSTableRestore{Instances: []RDSTableRestoreInstance{{InstanceID: id}}})
				return err
			},
			"RestoreDWSTables":  func() error { _, err := c.DWS().RestoreTables(t.Context(), id, oneTable); return err },
			"RDSJob":            func() error { _, err := c.RDS().Job(t.Context(), id); return err },
			"DDSJob":            func() error { _, err := c.DDS().Job(t.Context(), id); return err },
			"DWSJob":            func() error { _, err := c.DWS().Job(t.Context(), id); return err },
			"RDSTasks":          func() error { _, err := c.RDS().ListJobs(t.Context(), id, noon, noon); return err },
			"RDSInstance":       func() error { _, err := c.RDS().Instance(t.Context(), id); return err },
			"DDSInstance":       func() error { _, err := c.DDS().Instance(t.Context(), id); return err },
			"DWSSnapshot":       func() error { _, err := c.DWS().Snapshot(t.Context(), id); return err },
			"DWSCluster":        func() error { _, err := c.DWS().Cluster(t.Context(), id); return err },
			"DWSRestoreActions": func() error { _, err := c.DWS().restoreActions(t.Context(), id); return err },
		}
		for name, call := range calls {
			if err := call(); outcome(err) != unsent || !strings.Contains(err.Error(), "is not the id of a") {
				t.Errorf("%s of %q: %v", name, id, err)
			}
		}
	}
	if got := len(server.got()); got != 0 {
		t.Errorf("%d requests were made", got)
	}
}
