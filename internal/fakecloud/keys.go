// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"time"
)

// accessKey is an account's own key, or an issued one that expires. It has all permissions of its account.
type accessKey struct {
	access, secret  string
	securityToken   string // "" = none needed
	account         *account
	expires         time.Time // zero = never
	revoked         bool
	wrongSignatures int // in a row
	lockedUntil     time.Time
}

// Issue is one issued temporary key, or one token issued for anything but a password: Logins lists those.
type Issue struct {
	// Kind is the origin: agency (a key by IAM), sts (a key by AssumeAgency), token (a key for a token), metadata (a
	// key of the cloud server), id-token (a token), token-for-token (a token) or agency-token (a token).
	Kind            string    `json:"kind"`
	UserName        string    `json:"user_name"` // the user whose permissions it has
	Name            string    `json:"name"`      // of the agency or the identity provider, if any
	DurationSeconds int       `json:"duration_seconds"`
	Time            time.Time `json:"time"`
}

// Issued returns all issued keys and tokens, in order.
func (c *Cloud) Issued() []Issue {
	c.lock.Lock()
	defer c.lock.Unlock()
	return append([]Issue{}, c.issues...)
}

func (c *Cloud) keyOf(access string) *accessKey {
	for _, key := range c.keys {
		if key.access == access {
			return key
		}
	}
	return nil
}

// counts reports whether the key has neither expired nor been revoked.
func (k *accessKey) counts(now time.Time) bool {
	return !k.revoked && (k.expires.IsZero() || now.Before(k.expires))
}

// issueKey creates a key that looks like a real one: the security token is about a hundred characters of base64.
func (q *call) issueKey(kind, name string, account *account, life time.Duration) *accessKey {
	key := &accessKey{
		access:        "HST" + strings.ToUpper(newID()[:17]),
		secret:        newID() + newID()[:8],
		securityToken: "hQpjbi1fake+" + strings.Repeat(newID()+"/", 4) + newID() + "==",
		account:       account, expires: q.now.Add(life),
	}
	q.keys = append(q.keys, key)
	q.recordIssue(kind, name, account, life)
	return key
}

func (q *call) recordIssue(kind, name string, account *account, life time.Duration) {
	q.issues = append(q.issues, Issue{kind, account.UserName, name, int(life / time.Second), q.now})
}

// credential returns the key in the form of IAM and the metadata service.
func (k *accessKey) credential() map[string]any {
	return map[string]any{"credential": map[string]any{
		"access": k.access, "secret": k.secret, "securitytoken": k.securityToken,
		"expires_at": k.expires.UTC().Format(tokenTimeLayout),
	}}
}

// lowestKeySeconds is the shortest lifetime that IAM and STS accept for a key.
const lowestKeySeconds = 900

// keyLife reads duration_seconds.
func keyLife(seconds *int, fallback, highest int) (time.Duration, error) {
	if seconds == nil {
		seconds = &fallback
	}
	if *seconds < lowestKeySeconds || *seconds > highest {
		return 0, badParameter("duration_seconds is %d, not %d to %d", *seconds, lowestKeySeconds, highest)
	}
	return time.Duration(*seconds) * time.Second, nil
}
