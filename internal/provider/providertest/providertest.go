// SPDX-License-Identifier: MPL-2.0

// Package providertest is what the unit tests of the provider's packages share: a clock, a client of a stand-in cloud, and
// readers of clean-up statements (statements.go). Tests that drive a CLI have internal/clitest.
package providertest

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

// Clock is a clock on which sleeping takes no time.
type Clock struct{ Time time.Time }

// NewClock starts at noon.
func NewClock() *Clock { return &Clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// Now is the time of the clock.
func (c *Clock) Now() time.Time { return c.Time }

// Sleep puts the clock forward. The error is context.Cause(ctx).
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.Time = c.Time.Add(max(d, 0))
	return context.Cause(ctx)
}

// Unreachable is a client with no cloud behind it.
func Unreachable(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{Region: "eu-west-101", AccessKey: "a", SecretKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Cloud starts a stand-in cloud with the default world, and returns a client of it.
func Cloud(t *testing.T, clock *Clock) *client.Client {
	t.Helper()
	cloud, err := fakecloud.Start(fakecloud.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	at := cloud.Addresses()
	c, err := client.New(client.Config{
		Region: fakecloud.DefaultRegion, AccessKey: fakecloud.DefaultAccessKey, SecretKey: fakecloud.DefaultSecretKey, Clock: clock,
		Endpoints: map[string]string{"iam": at.IAM, "rds": at.RDS, "dds": at.DDS, "dws": at.DWS},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// List is a list of objects, as the type of an attribute that holds them wants it.
func List[T any](t *testing.T, of attr.Type, values ...T) types.List {
	t.Helper()
	list, diags := types.ListValueFrom(context.Background(), of.(types.ListType).ElemType, values)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return list
}
