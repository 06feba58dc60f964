// SPDX-License-Identifier: MPL-2.0

package login

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Schema is that of the provider block.
func Schema() schema.Schema {
	secret := func(argument argument, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description + argument.documentedVariables()}
	}
	text := func(argument argument, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description + argument.documentedVariables()}
	}
	return schema.Schema{
		Blocks: map[string]schema.Block{
			"assume_role":           assumeRoleBlock(text),
			"assume_role_with_oidc": assumeRoleWithOIDCBlock(text, secret),
		},
		MarkdownDescription: "Runs table and collection restores of RDS for PostgreSQL, DDS and DWS, on Huawei Cloud and Open Telekom Cloud.",
		Attributes: map[string]schema.Attribute{
			"region":             text(regionArgument, "The region whose services are called, such as `eu-west-101`. A resource may name another."),
			"project_id":         text(projectIDArgument, "The id of the project in `region`. Without it, the project is looked up in IAM by its name, once, when a resource first needs it."),
			"project_name":       text(projectNameArgument, "The name of the project in `region`, such as `eu-de_team`, where `project_id` is not given. By default the name of the region. A resource in another region is in the project that is named like that region."),
			"access_key":         secret(accessKeyArgument, "The access key (AK) that requests are signed with."),
			"secret_key":         secret(secretKeyArgument, "The secret key (SK) that belongs to `access_key`. It is never sent."),
			"security_token":     secret(securityTokenArgument, "The security token that belongs to a temporary `access_key`."),
			"auth_token":         secret(authTokenArgument, "An IAM token, sent instead of signing with `access_key` and `secret_key`. It is not renewed: for restores that outlive it, use a key or a password."),
			"user_name":          text(userNameArgument, "The name of the user who logs in with `password`. It needs a domain."),
			"user_id":            text(userIDArgument, "The id of that user, instead of the name. It needs no domain."),
			"password":           secret(passwordArgument, "The password of `user_name` or `user_id`. IAM gives a token for it, which is renewed while a restore is waited for. A password that is refused is not tried again."),
			"passcode":           secret(passcodeArgument, "The passcode of `user_id`'s second factor, where one is asked for. It is good for one login, so that its token cannot be renewed."),
			"domain_name":        text(domainNameArgument, "The name of the domain (account) of `user_name`."),
			"domain_id":          text(domainIDArgument, "The id of that domain, instead of the name."),
			"shared_config_file": text(sharedConfigFileArgument, "The file of the vendor's command line (KooCLI) with the key of `profile`, not encrypted. By default `~/.hcloud/config.json`; it is read only where this or `profile` is set."),
			"profile":            text(profileArgument, "The profile in `shared_config_file` to log in with. By default the one that is current there. Its region, project and agency count where no other is configured."),
			"agency_name":        text(agencyNameArgument, "The agency to act through, as `assume_role` has it: this is how Open Telekom Cloud's own provider calls it."),
			"agency_domain_name": text(agencyDomainNameArgument, "The name of the domain (account) that made the agency `agency_name`."),
			"delegated_project":  text(delegatedProjectArgument, "The name of the project to act in through an agency, where neither `project_id` nor `project_name` is given."),
			"cloud":              text(cloudArgument, "The domain of the cloud, such as `otc.t-systems.com`. By default `myhuaweicloud.eu` for regions that start with `eu-west-1`, `myhuaweicloud.cn` for DWS in `ap-southeast-4`, `cn-east-4`, `cn-north-12`, `cn-south-4` and `tr-west-1`, else `myhuaweicloud.com`."),
			"auth_url":           text(authURLArgument, "The address of IAM. By default `https://iam.REGION.CLOUD`."),
			"endpoints": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Addresses of services, for those that differ from `https://SERVICE.REGION.CLOUD`. The keys are `iam`, `sts`, `rds`, `dds`, `dws`, and `metadata` for the ECS that this runs on (`http://169.254.169.254`); `https://` is added where it is missing.",
			},
			"insecure": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to leave the services' certificates unverified. Anyone on the way can then read and change what is restored, which is why it is warned of." + insecureArgument.documentedVariables(),
			},
			"cacert_file": text(cacertFileArgument, "A file in the form PEM with the certificates of the authorities that may vouch for the services, instead of those that the system trusts."),
			"cert_file":   text(certFileArgument, "A file in the form PEM with the certificate that is shown to services, or to a gateway before them, that ask for one."),
			"key_file":    text(keyFileArgument, "A file in the form PEM with the private key that belongs to `cert_file`, not encrypted."),
			"max_retries": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "How often a call is sent again after its first attempt failed, where that is safe. By default 5. " +
					"A restore call is never sent again once it may have been accepted." + maxRetriesArgument.documentedVariables(),
			},
			"requests_per_minute": schema.MapAttribute{
				Optional: true, ElementType: types.Int64Type,
				MarkdownDescription: "How many requests a minute the provider may send to each service: `rds` (by default 60, which is what RDS allows to a user, in all of their tools together), " +
					"`dds` and `dws` (300). Restores come before look-ups, and look-ups before the waiting for jobs, of which many share a request. A service that throttles is asked half as often for a while.",
			},
			"preflight": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to look up before each restore, in the plan and just before it starts, what the service would refuse: whether instance, point in time and names are there. " +
					"By default `true`. A look-up that the credentials do not allow is a warning. A resource may say otherwise.",
			},
		},
	}
}

// describe makes the attribute of an argument that is a text.
type describe func(argument argument, description string) schema.StringAttribute

// roleAttributes are those of both blocks.
func roleAttributes(text describe) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"agency_name": text(roleAgencyArgument, "The name of the agency."),
		"domain_name": text(roleDomainNameArgument, "The name of the domain (account) that made the agency."),
		"domain_id":   text(roleDomainIDArgument, "The id of that domain, instead of the name. Except on Open Telekom Cloud, the key then comes from STS, as agencies of IAM's newer kind need it."),
		"duration": schema.Int64Attribute{
			Optional: true,
			MarkdownDescription: "How long each key lasts, in seconds: 900 to 86400, with `domain_id` at most what the agency allows. By default 3600. " +
				"Keys are renewed while a restore is waited for." + roleDurationArgument.documentedVariables(),
		},
	}
}

// assumeRoleBlock is a block, not an attribute, to be written as in the vendor's own provider.
func assumeRoleBlock(text describe) schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "An agency to act through. Several are assumed one after the other, each by the one before.",
		NestedObject:        schema.NestedBlockObject{Attributes: roleAttributes(text)},
	}
}

func assumeRoleWithOIDCBlock(text, secret describe) schema.Block {
	attributes := roleAttributes(text)
	attributes["agency_name"] = text(roleAgencyArgument, "The name of an agency to act through after the login, if any.")
	attributes["idp_id"] = text(roleIdPArgument, "The id of the identity provider in IAM.")
	attributes["id_token"] = secret(roleIDTokenArgument, "The ID token that the identity provider has issued.")
	attributes["id_token_file"] = text(roleIDTokenFileArgument, "A file with the ID token, instead. It is read anew for each login.")
	return schema.ListNestedBlock{
		MarkdownDescription: "A login by the ID token of an OpenID Connect identity provider, such as a pipeline has.",
		NestedObject:        schema.NestedBlockObject{Attributes: attributes},
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
	}
}
