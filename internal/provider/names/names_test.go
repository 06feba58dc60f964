// SPDX-License-Identifier: MPL-2.0

package names

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"
	"golang.org/x/text/unicode/norm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The kind of report: a name cannot be found that looks the same in the list, because its bytes are in another form.

const composed, decomposed = "caf\u00e9", "cafe\u0301"

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ listed, found []string }{
		"the service's own": {[]string{"cafe", decomposed}, []string{decomposed}},
		"the same bytes":    {[]string{composed, composed}, []string{composed}},
		"two of them":       {[]string{composed, decomposed}, []string{composed, decomposed}},
		"none":              {[]string{"cafe"}, nil},
	} {
		if found := NewIndex(c.listed).Find(composed); !slices.Equal(found, c.found) {
			t.Errorf("%s: found %q, want %q", name, found, c.found)
		}
	}
}

func TestCertain(t *testing.T) {
	t.Parallel()
	for name, certain := range map[string]bool{
		"orders": true, "a b": true, "a-b.c$": true, composed: false, decomposed: false, "a\n": false, " a": false, "a\u200b": false,
		"a\tb": false, "a ": false,
	} {
		if Certain(name) != certain {
			t.Errorf("%q is certain: %t", name, !certain)
		}
	}
}

func TestCodePoints(t *testing.T) {
	t.Parallel()
	if text := CodePoints(decomposed); text != `"cafe\u0301" (U+0301)` {
		t.Error(text)
	}
}

// FuzzASCII: what is searched for is a part of the name in either form.
func FuzzASCII(f *testing.F) {
	for _, name := range []string{composed, decomposed, "orders", "é", "", "aébcéd"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		part := ASCII(Normal(name))
		for _, form := range []string{Normal(name), norm.NFD.String(name)} {
			if utf8.ValidString(name) && !strings.Contains(form, part) {
				t.Errorf("%q has no %q", form, part)
			}
		}
	})
}
