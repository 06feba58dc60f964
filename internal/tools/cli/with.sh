#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   with.sh WHICH COMMAND [ARGUMENT...]
#
# Runs COMMAND with the environment that selects a CLI for tests and demo. WHICH is find.sh's argument: path, terraform,
# opentofu, or "" for its own choice.

set -eu
which=$1
shift
TF_CLI_PATH=$("$(dirname "$0")/find.sh" "$which")

# No test may depend on the developer's configuration file. An empty file is a valid one.
TF_CLI_CONFIG_FILE=/dev/null
# The CLI must not ask its maker for a newer version.
CHECKPOINT_DISABLE=1
export TF_CLI_PATH TF_CLI_CONFIG_FILE CHECKPOINT_DISABLE

version=$("$TF_CLI_PATH" version)
version=$(echo "$version" | head -n 1)
echo "with.sh: $version ($TF_CLI_PATH)" >&2

# terraform-plugin-testing reads these variables (helper/resource/environment_variables.go and
# internal/plugintest/environment_variables.go there). A provider without a source belongs to the registry of the CLI's
# maker, so OpenTofu finds the provider under test only under that host.
case $version in
OpenTofu*) TF_ACC_PROVIDER_HOST=registry.opentofu.org ;;
*) TF_ACC_PROVIDER_HOST=registry.terraform.io ;;
esac
TF_ACC_TERRAFORM_PATH=$TF_CLI_PATH
export TF_ACC_PROVIDER_HOST TF_ACC_TERRAFORM_PATH

# TF_ACC turns on tests against a real cloud. No command started here may reach one.
unset TF_ACC

exec "$@"
