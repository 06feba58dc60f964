// SPDX-License-Identifier: MPL-2.0

// Package names finds the service's own spelling of a name. To a service, a name is its bytes. Terraform has every
// string in Unicode's normal form C, so a configuration cannot write a name that is in another form.
package names

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normal is the form in which a name comes from Terraform.
func Normal(name string) string { return norm.NFC.String(name) }

// Certain reports whether a name in a configuration surely is the service's, byte by byte: printable ASCII without
// spaces around it. A few compatibility characters also become ASCII (U+212A a K). No database has those in its names.
func Certain(name string) bool {
	printable := !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' })
	return printable && strings.TrimSpace(name) == name
}

// Index has the names that a service lists, by their normal form.
type Index map[string][]string

// NewIndex indexes names. One that is listed twice counts once.
func NewIndex(listed []string) Index {
	index := Index{}
	for _, name := range listed {
		index.Add(Normal(name), name)
	}
	return index
}

// Add adds a spelling of a name that is given in its normal form.
func (x Index) Add(normal, spelling string) {
	if !slices.Contains(x[normal], spelling) {
		x[normal] = append(x[normal], spelling)
	}
}

// Find are the spellings of a name: none if it is not listed, several if a configuration cannot tell which is meant.
func (x Index) Find(name string) []string { return x[Normal(name)] }

// ASCII is the longest part of a name that normalising surely leaves as it is, to search for. A letter before a
// character beyond ASCII may be joined with it.
func ASCII(name string) string {
	longest := ""
	for rest := name; rest != ""; {
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= utf8.RuneSelf })
		if end < 0 {
			end = len(rest)
		}
		part := rest[:end]
		if rest = rest[end:]; rest != "" && part != "" {
			part = part[:len(part)-1]
		}
		if len(part) > len(longest) {
			longest = part
		}
		rest = strings.TrimLeftFunc(rest, func(r rune) bool { return r >= utf8.RuneSelf })
	}
	return longest
}

// CodePoints shows a name with the number of each character beyond ASCII, for names that look the same.
func CodePoints(name string) string {
	var beyond []string
	for _, r := range name {
		if r >= utf8.RuneSelf {
			beyond = append(beyond, fmt.Sprintf("%U", r))
		}
	}
	return fmt.Sprintf("%+q (%s)", name, strings.Join(beyond, " "))
}
