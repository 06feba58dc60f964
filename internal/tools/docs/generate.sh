#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   generate.sh          writes docs/ from the provider's schema, templates/ and examples/
#   generate.sh check    writes nothing, and fails if docs/ is out of date
#
# Run it with "cli/with.sh terraform", because only Terraform 1.14 and later prints the schemas of actions. It needs no
# registry: the CLI uses the provider built here, and tfplugindocs uses the schema that the CLI prints. It replaces all
# of docs/. A page without a template belongs in templates/; tfplugindocs copies it from there.

set -eu
cd "$(dirname "$0")/../../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# tfplugindocs reads only the schema of a provider that HashiCorp publishes (terraform-plugin-docs,
# internal/provider/generate.go, terraformProviderSchemaFromFile). The schema is the same under any address, so use
# theirs. The address names the host because OpenTofu has another default host.
address=registry.terraform.io/hashicorp/x

go build -o "$work/bin/" .
cp -R templates examples "$work"
cat >"$work/cli.tfrc" <<EOF
provider_installation {
  dev_overrides {
    "$address" = "$work/bin"
  }
}
EOF
mkdir "$work/configuration"
cat >"$work/configuration/main.tf" <<EOF
terraform {
  required_providers {
    x = {
      source = "$address"
    }
  }
}
EOF
TF_CLI_CONFIG_FILE=$work/cli.tfrc "$TF_CLI_PATH" "-chdir=$work/configuration" \
	providers schema -json >"$work/schema.json"

tfplugindocs() {
	GOWORK=off go -C internal/tools/docs tool tfplugindocs "$1" --provider-dir "$work" --provider-name x \
		--providers-schema "$work/schema.json" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
}
tfplugindocs generate
tfplugindocs validate

case ${1:-} in
check)
	diff -ruN docs "$work/docs" || {
		echo "docs/ is out of date: run \"make docs\" and review the changes" >&2
		exit 1
	}
	;;
'')
	rm -rf docs
	cp -R "$work/docs" docs
	;;
*)
	echo "generate.sh: unknown argument $1: use check or no argument" >&2
	exit 1
	;;
esac
