package main
import (
 _ "github.com/google/go-cmp/cmp"
 _ "github.com/hashicorp/go-retryablehttp"
 _ "github.com/hashicorp/terraform-plugin-framework/providerserver"
 _ "github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
 _ "github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
 _ "github.com/hashicorp/terraform-plugin-go/tfprotov6"
 _ "github.com/hashicorp/terraform-plugin-log/tflog"
 _ "github.com/hashicorp/terraform-plugin-testing/helper/resource"
 _ "golang.org/x/time/rate"
)
