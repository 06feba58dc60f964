// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The values of World.MetadataToken.
const (
	MetadataTokenOptional    = "optional"    // a request may carry one, and it must be valid
	MetadataTokenRequired    = "required"    // a request without one is rejected
	MetadataTokenUnsupported = "unsupported" // the service has none, as before tokens were introduced
)

var metadataModes = []string{"", MetadataTokenOptional, MetadataTokenRequired, MetadataTokenUnsupported}

// highestMetadataTokenSeconds is what the vendor's SDKs request. That it is the maximum is a guess.
const highestMetadataTokenSeconds = 6 * 3600

type metadataToken struct {
	value   string
	expires time.Time
}

// createMetadataToken follows the vendor's SDKs, the only source.
func (q *call) createMetadataToken() (any, error) {
	if err := q.fromTheServerItself(); err != nil {
		return nil, err
	}
	if q.metadataMode == MetadataTokenUnsupported {
		return nil, metadataRefused(http.StatusNotFound, "There is no such resource.")
	}
	seconds, err := strconv.Atoi(q.request.Header.Get("X-Metadata-Token-Ttl-Seconds"))
	if err != nil || seconds < 1 || seconds > highestMetadataTokenSeconds {
		return nil, badParameter("X-Metadata-Token-Ttl-Seconds is not 1 to %d", highestMetadataTokenSeconds)
	}
	token := metadataToken{"fakemetadata" + newID() + newID() + "==", q.now.Add(time.Duration(seconds) * time.Second)}
	q.metadataTokens = append(q.metadataTokens, token)
	return plainText(token.value), nil
}

// showSecurityKey follows ECS user guide, Obtaining ECS Details Using Metadata. It returns the same key until less than
// half of its lifetime remains, which is a guess: the vendor's clients ask again well before the end and must find a
// new key.
func (q *call) showSecurityKey() (any, error) {
	if err := q.fromTheServerItself(); err != nil {
		return nil, err
	}
	if !q.metadataTokenFits() {
		return nil, metadataRefused(http.StatusUnauthorized, "X-Metadata-Token is missing, unknown or expired.")
	}
	if q.metadataUser == "" {
		return nil, metadataRefused(http.StatusNotFound, "The server has no agency.")
	}
	key := q.metadataKey
	if key == nil || !key.counts(q.now) || key.expires.Sub(q.now) < q.metadataKeyLife/2 {
		key = q.issueKey("metadata", "", q.accountNamed(q.metadataUser), q.metadataKeyLife)
		q.metadataKey = key
	}
	return key.credential(), nil
}

func metadataRefused(status int, message string) error { return gatewayError{status, "", message} }

// fromTheServerItself rejects a request that a proxy forwarded, because the proxy would give the server's key to
// everyone who can reach it. That this service does so is a guess, after other clouds. It also rejects credentials,
// which this service does not use: a client that sends some has confused them.
func (q *call) fromTheServerItself() error {
	for _, header := range []string{"X-Forwarded-For", "Via"} {
		if q.request.Header.Values(header) != nil {
			return metadataRefused(http.StatusForbidden, "The request came through a proxy.")
		}
	}
	if err := q.withoutCredentials("a request for metadata"); err != nil {
		return err
	}
	return q.parameters()
}

// metadataTokenFits also requires an optional token to be valid, which is a guess.
func (q *call) metadataTokenFits() bool {
	given := q.request.Header.Values("X-Metadata-Token")
	if q.metadataMode == MetadataTokenUnsupported || q.metadataMode == MetadataTokenOptional && given == nil {
		return true
	}
	return len(given) == 1 && slices.ContainsFunc(q.metadataTokens, func(t metadataToken) bool {
		return t.value == given[0] && q.now.Before(t.expires)
	})
}
