// SPDX-License-Identifier: MPL-2.0

package login

import (
	"bytes"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"terraform-provider-x/internal/provider/validators"
)

// format is what the values of an argument look like. A value that is not like that may be a secret in the wrong
// place, so that messages describe what is expected instead of showing what is there.
type format struct {
	expected string
	strays   func(rune) bool   // characters that stand nowhere in a value; nil is isInvisible
	spaces   bool              // white space may be at the beginning and at the end
	valid    func(string) bool // nil is any
	contents bool              // the contents of a file in PEM format are a value as well
}

var (
	nameFormat     = format{expected: "a name"}
	wordFormat     = format{expected: "letters, digits and punctuation, without spaces", strays: validators.Invisible}
	passwordFormat = format{expected: "a password", strays: isControl, spaces: true}
	// Pipelines read ID tokens from files, which end with a line end. The client removes it.
	idTokenFormat = format{
		expected: "an ID token", strays: func(rune) bool { return false }, spaces: true,
		valid: func(value string) bool { return strings.IndexFunc(strings.TrimSpace(value), validators.Invisible) < 0 },
	}
	fileFormat = format{expected: "the path of a file", valid: isPath}
	pemFormat  = format{
		expected: "the path of a file in PEM format, or the contents of one, with its -----BEGIN line",
		valid:    isPath, contents: true,
	}
	boolFormat = format{expected: "true or false", strays: validators.Invisible, valid: func(value string) bool {
		_, err := strconv.ParseBool(value)
		return err == nil
	}}
	retriesFormat  = format{expected: "a whole number from 0 to 100", strays: validators.Invisible}
	durationFormat = format{expected: "a whole number of seconds from 900 to 86400", strays: validators.Invisible}
	projectFormat  = format{
		expected: "the id of a project: 32 hexadecimal digits", strays: validators.Invisible, valid: projectID.MatchString,
	}
	regionFormat = format{
		expected: "the name of a region, such as eu-west-101", strays: validators.Invisible,
		valid: func(value string) bool { return len(value) <= longestRegion && region.MatchString(value) },
	}
	cloudFormat = format{
		expected: "the domain of a cloud and nothing else, such as otc.t-systems.com: no scheme, port or path",
		strays:   validators.Invisible, valid: isDomain,
	}
	addressFormat = format{
		expected: "the address of a service, such as https://iam.eu-west-101.myhuaweicloud.eu, " +
			"without user, password, query and fragment",
		strays: validators.Invisible, valid: isAddress,
	}
)

const (
	longestPath   = 4096
	longestFile   = 255 // the name of a file without its directories
	longestRegion = 30
	longestLabel  = 63 // of a host
	longestHost   = 253
)

var (
	projectID = regexp.MustCompile(`^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)
	region    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	hostLabel = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$`)
	topDomain = regexp.MustCompile(`^[A-Za-z]{2,}$`)
)

// byteOrderMark is what some editors and shells write at the beginning of a file.
const byteOrderMark = '\ufeff'

func isControl(r rune) bool { return unicode.IsControl(r) || r == byteOrderMark }

// isInvisible is for names and paths, in which a space may stand, but nothing else that nobody sees.
func isInvisible(r rune) bool { return r != ' ' && validators.Invisible(r) }

// stray returns the first character that cannot belong to the value, and where it stands.
func (f format) stray(value string) (character rune, where string) {
	strays := f.strays
	if strays == nil {
		strays = isInvisible
	}
	runes := []rune(value)
	for i, r := range runes {
		atEdge := i == 0 || i == len(runes)-1
		switch {
		case !strays(r) && (f.spaces || !atEdge || !unicode.IsSpace(r)):
		case i == 0:
			return r, "at the beginning"
		case strings.TrimRightFunc(string(runes[i:]), validators.Invisible) == "":
			return r, "at the end"
		default:
			return r, "in the middle"
		}
	}
	return 0, ""
}

// isPath accepts what an operating system does. Most tokens are longer than the name of a file.
func isPath(value string) bool {
	isSeparator := func(r rune) bool { return r == '/' || r == '\\' }
	tooLong := func(name string) bool { return len(name) > longestFile }
	return len(value) <= longestPath && !slices.ContainsFunc(strings.FieldsFunc(value, isSeparator), tooLong)
}

// isPEM reports whether a value is the contents of a file in PEM format.
func isPEM(value string) bool { return strings.Contains(value, pemBegin) }

const pemBegin = "-----BEGIN "

// isDomain accepts a domain name of two labels and more. The last one has letters only, which no key has.
func isDomain(value string) bool {
	labels := strings.Split(value, ".")
	return len(labels) > 1 && isHost(value) && topDomain.MatchString(labels[len(labels)-1])
}

func isHost(value string) bool {
	for _, label := range strings.Split(value, ".") {
		if len(label) > longestLabel || !hostLabel.MatchString(label) {
			return false
		}
	}
	return len(value) <= longestHost
}

// isAddress accepts what the client does. Without a scheme, the host must be an IP address or have a domain: one word
// alone may be a key.
func isAddress(value string) bool {
	parsed, err := parseAddress(value)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.User != nil ||
		parsed.RawQuery != "" || parsed.ForceQuery || strings.Contains(value, "#") {
		return false
	}
	host := parsed.Hostname()
	if net.ParseIP(strings.Split(host, "%")[0]) != nil || host == "localhost" {
		return true
	}
	return isHost(host) && (strings.Contains(value, "://") || isDomain(host))
}

// parseAddress adds the scheme that the client adds.
func parseAddress(value string) (*url.URL, error) {
	if !strings.Contains(value, "://") {
		value = "https://" + value
	}
	return url.Parse(value)
}

// withoutMarks removes the byte order marks of files, which are in the middle if files were joined.
func withoutMarks(data []byte) []byte {
	return bytes.ReplaceAll(data, []byte(string(byteOrderMark)), nil)
}
