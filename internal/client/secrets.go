// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// secrets redacts credentials in a server's text that may echo them, as they are and as JSON or a query spells them.
// Tokens are added as they are issued.
type secrets struct {
	mutex     sync.Mutex
	spellings []string
	replacer  *strings.Replacer
}

func newSecrets(values ...string) *secrets {
	s := &secrets{}
	s.add(values...)
	return s
}

func (s *secrets) add(values ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, secret := range values {
		if len(secret) < 4 { // not a credential; to redact it would only make texts unreadable
			continue
		}
		quoted, _ := json.Marshal(secret)
		inJSON := string(quoted[1 : len(quoted)-1])
		s.spellings = append(
			s.spellings,
			secret,
			inJSON,
			strings.ReplaceAll(inJSON, "/", `\/`),
			url.QueryEscape(secret),
			plainJSON(secret),
		)
	}
	slices.SortFunc(
		s.spellings,
		func(a, b string) int { return len(b) - len(a) },
	) // the longest first, because one may contain another
	var pairs []string
	for _, spelling := range s.spellings {
		pairs = append(pairs, spelling, "(credential)")
	}
	s.replacer = strings.NewReplacer(pairs...)
}

// plainJSON writes JSON as most others do: only Go escapes <, > and &.
func plainJSON(text string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // of a string: never an error
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(out.String()), `"`), `"`)
}

func (s *secrets) redact(text string) string {
	s.mutex.Lock()
	replacer := s.replacer
	s.mutex.Unlock()
	return replacer.Replace(text)
}
