// SPDX-License-Identifier: MPL-2.0

package login

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Schema returns the schema of the provider block, whose model is Arguments. All of it is optional, because the
// environment can stand in for the arguments that have variables.
func Schema() schema.Schema {
	attributes := map[string]schema.Attribute{}
	for _, group := range []map[string]schema.Attribute{
		placeAttributes(), credentialAttributes(), profileAttributes(), agencyAttributes(),
		addressAttributes(), tlsAttributes(), behaviourAttributes(),
	} {
		maps.Copy(attributes, group)
	}
	return schema.Schema{
		MarkdownDescription: "Runs table and collection restores of RDS for PostgreSQL, DDS and DWS, " +
			"on Huawei Cloud and Open Telekom Cloud.",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"assume_role":           assumeRoleBlock(),
			"assume_role_with_oidc": assumeRoleWithOIDCBlock(),
		},
	}
}

func textAttribute(argument argument, description string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, MarkdownDescription: description + argument.documentedVariables(),
		Validators: []validator.String{textValidator{argument}},
	}
}

func secretAttribute(argument argument, description string) schema.StringAttribute {
	attribute := textAttribute(argument, description)
	attribute.Sensitive = true
	return attribute
}

// placeAttributes say where the provider works.
func placeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"region": textAttribute(regionArgument,
			"The region whose services the provider calls, such as `eu-west-101`. A resource may name another."),
		"project_id": textAttribute(projectIDArgument,
			"The id of the project in `region`. Without it, the provider looks up the project in IAM by its name, "+
				"once, when a resource first needs it."),
		"project_name": textAttribute(projectNameArgument,
			"The name of the project in `region`, such as `eu-de_team`, if you do not set `project_id`. "+
				"By default the name of the region. A resource in another region uses the project with the name of that region."),
		"delegated_project": textAttribute(delegatedProjectArgument,
			"The name of the project to work in through an agency, if you set neither `project_id` nor `project_name`."),
	}
}

func credentialAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"access_key": secretAttribute(accessKeyArgument,
			"The access key (AK) that the provider signs requests with."),
		"secret_key": secretAttribute(secretKeyArgument,
			"The secret key (SK) that belongs to `access_key`. The provider never sends it."),
		"security_token": secretAttribute(securityTokenArgument,
			"The security token that belongs to a temporary `access_key`."),
		"auth_token": secretAttribute(authTokenArgument,
			"An IAM token, which the provider sends instead of signing with `access_key` and `secret_key`. "+
				"The provider cannot renew it: for restores that outlive it, use a key or a password."),
		"user_name": textAttribute(userNameArgument,
			"The name of the user who logs in with `password`. It needs a domain."),
		"user_id": textAttribute(userIDArgument,
			"The id of that user, instead of the name. It needs no domain."),
		"password": secretAttribute(passwordArgument,
			"The password of `user_name` or `user_id`, which may be in the environment if they are here. "+
				"IAM gives a token for it, "+
				"which the provider renews while it waits for a restore. The provider does not try a rejected password again."),
		"passcode": secretAttribute(passcodeArgument,
			"The passcode of the second factor of `user_id`, if IAM requires one. "+
				"It is valid for one login, so the provider cannot renew the token."),
		"domain_name": textAttribute(domainNameArgument,
			"The name of the domain (account) of `user_name`."),
		"domain_id": textAttribute(domainIDArgument,
			"The id of that domain, instead of the name."),
	}
}

func profileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"shared_config_file": textAttribute(sharedConfigFileArgument,
			"The unencrypted file of the vendor's command line (KooCLI) that has the key of `profile`. "+
				"By default `~/.hcloud/config.json`. The provider reads it only if you set this argument or `profile`."),
		"profile": textAttribute(profileArgument,
			"The profile in `shared_config_file` to log in with. By default the current one of that file. "+
				"The provider uses its region, project and agency if you configure no other."),
	}
}

// agencyAttributes are those of Open Telekom Cloud's own provider.
func agencyAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"agency_name": textAttribute(agencyNameArgument,
			"The agency to act through, like a block `assume_role`. Open Telekom Cloud's own provider has the same argument."),
		"agency_domain_name": textAttribute(agencyDomainNameArgument,
			"The name of the domain (account) that made the agency `agency_name`."),
	}
}

func addressAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"cloud": textAttribute(cloudArgument,
			"The domain of the cloud and nothing else, such as `otc.t-systems.com`. "+
				"By default that of `auth_url` or of `endpoints`, if they are in a cloud. "+
				"Else `myhuaweicloud.eu` for regions that start with `eu-west-1`, "+
				"`myhuaweicloud.cn` for DWS in `ap-southeast-4`, `cn-east-4`, `cn-north-12`, `cn-south-4` and `tr-west-1`, "+
				"else `myhuaweicloud.com`."),
		"auth_url": textAttribute(authURLArgument,
			"The address of IAM. By default `https://iam.REGION.CLOUD`, "+
				"in Open Telekom Cloud's Swiss cloud `https://iam-pub.REGION.CLOUD`. "+
				"It must be in the same cloud as the rest."),
		"endpoints": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			Validators: []validator.Map{mapValidator{checkEndpoints}},
			MarkdownDescription: "Addresses of services that differ from `https://SERVICE.REGION.CLOUD`. " +
				"The keys are `iam`, `sts`, `rds`, `dds`, `dws`, " +
				"and `metadata` for the ECS that the provider runs on (`http://169.254.169.254`). " +
				"The provider adds `https://` to an address without a scheme.",
		},
	}
}

func tlsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"insecure": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to skip the verification of the services' certificates. " +
				"Anyone between the provider and the services can then read and change what you restore, so the provider warns." +
				insecureArgument.documentedVariables(),
		},
		"cacert_file": textAttribute(cacertFileArgument,
			"A file in PEM format with the certificate authorities to trust, instead of those of the system. "+
				"Its path, or its contents."),
		"cert_file": textAttribute(certFileArgument,
			"A file in PEM format with the client certificate, for services or a gateway in front of them that ask for one. "+
				"Its path, or its contents."),
		"key_file": secretAttribute(keyFileArgument,
			"A file in PEM format with the private key of `cert_file`, not encrypted. Its path, or its contents."),
	}
}

// behaviourAttributes say how much the provider calls the services.
func behaviourAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"max_retries": schema.NumberAttribute{
			Optional:   true,
			Validators: []validator.Number{numberValidator{maxRetriesArgument, 0, maxRetriesLimit}},
			MarkdownDescription: "How often the provider repeats a call that failed, if that is safe. By default 5. " +
				"It never repeats a restore call that the service may have accepted." + maxRetriesArgument.documentedVariables(),
		},
		"requests_per_minute": schema.MapAttribute{
			Optional: true, ElementType: types.NumberType,
			Validators: []validator.Map{mapValidator{checkRequestsPerMinute}},
			MarkdownDescription: "How many requests a minute the provider may send to each API of a service. " +
				"By default 60 for `rds`, which is what RDS allows a user in all of their tools together, " +
				"and 300 for `dds` and for `dws`. Restores come first, then lookups, then polls of jobs, " +
				"where one request serves many jobs. After a service has throttled, " +
				"the provider halves its requests to that API for a while. " +
				"If the service shows that it counts its APIs together, they share the number from then on.",
		},
		"preflight": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to look up what the service would reject, in the plan and just before each restore: " +
				"whether the instance, the point in time and the names exist. By default `true`. " +
				"If the credentials may not make a lookup, the provider warns and continues. A resource may say otherwise. " +
				"What a DWS restore would overwrite is always looked up, unless its `allow_overwrite` is true.",
		},
	}
}

// roleAttributes are those that both blocks have.
func roleAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"agency_name": textAttribute(roleAgencyArgument, "The name of the agency."),
		"domain_name": textAttribute(roleDomainNameArgument, "The name of the domain (account) that made the agency."),
		"domain_id": textAttribute(roleDomainIDArgument,
			"The id of that domain, instead of the name. Except on Open Telekom Cloud, the key then comes from STS, "+
				"which IAM's newer kind of agency requires."),
		"duration": schema.NumberAttribute{
			Optional:   true,
			Validators: []validator.Number{numberValidator{roleDurationArgument, minKeySeconds, maxKeySeconds}},
			MarkdownDescription: "How long each key lasts, in seconds, from 900 to 86400. By default 3600. " +
				"With `domain_id`, the agency may allow less. The provider renews keys while it waits for a restore." +
				roleDurationArgument.documentedVariables(),
		},
	}
}

// assumeRoleBlock returns a block, not an attribute, so that it is written as in the vendor's own provider.
func assumeRoleBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "An agency to act through. " +
			"With several blocks, the provider assumes one agency after the other, each through the one before.",
		NestedObject: schema.NestedBlockObject{Attributes: roleAttributes()},
	}
}

func assumeRoleWithOIDCBlock() schema.Block {
	attributes := roleAttributes()
	maps.Copy(attributes, map[string]schema.Attribute{
		"agency_name": textAttribute(roleAgencyArgument, "The name of an agency to act through after the login, if any."),
		"idp_id":      textAttribute(roleIdPArgument, "The id of the identity provider in IAM."),
		"id_token":    secretAttribute(roleIDTokenArgument, "The ID token that the identity provider issued."),
		"id_token_file": textAttribute(roleIDTokenFileArgument,
			"A file with the ID token, instead of `id_token`. The provider reads it again for each login."),
	})
	return schema.ListNestedBlock{
		MarkdownDescription: "A login with the ID token of an OpenID Connect identity provider, such as a pipeline has.",
		NestedObject:        schema.NestedBlockObject{Attributes: attributes},
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
	}
}
