// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// namesOf serves so many names in pages, the last first, every other one as an object. It sends no total.
func namesOf(key string, count int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		var names []string
		for i := offset; i < min(offset+limit, count); i++ {
			item := fmt.Sprintf(`"name-%03d"`, count-1-i)
			if i%2 == 1 {
				item = `{"name":` + item + `}`
			}
			names = append(names, item)
		}
		answerWith(200, `{"`+key+`":[`+strings.Join(names, ",")+`]}`)(w, r)
	}
}

// ddsLists are the two that have pages.
var ddsLists = map[string]struct {
	call  func(context.Context, *Client) ([]string, error)
	path  string
	query url.Values // beside offset and limit
}{
	"databases": {
		func(ctx context.Context, c *Client) ([]string, error) {
			return c.DDS().RestorableDatabases(ctx, ddsID, time.UnixMilli(1607762955123))
		},
		"restore-database", url.Values{"restore_time": {"1607762955123"}},
	},
	"collections": {
		func(ctx context.Context, c *Client) ([]string, error) {
			return c.DDS().RestorableCollections(ctx, ddsID, "a&b ü+", time.UnixMilli(1607762955123))
		},
		"restore-collection", url.Values{"restore_time": {"1607762955123"}, "db_name": {"a&b ü+"}},
	},
}

func TestDDSRestorableFollowPages(t *testing.T) {
	for key, of := range ddsLists {
		for count, requests := range map[int]int{0: 1, 1: 1, 99: 1, 100: 2, 101: 2, 250: 3} {
			t.Run(fmt.Sprint(key, " ", count), func(t *testing.T) {
				server := newTestServer(t, namesOf(key, count))
				got, err := of.call(t.Context(), newTestClient(t, server.URL, newFakeClock()))
				if err != nil {
					t.Fatal(err)
				}
				var want []string
				for i := range count {
					want = append(want, fmt.Sprintf("name-%03d", i))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				if got := len(server.got()); got != requests {
					t.Errorf("%d requests, want %d", got, requests)
				}
				for i, request := range server.got() {
					query := url.Values{"limit": {"100"}, "offset": {strconv.Itoa(100 * i)}}
					for name, value := range of.query {
						query[name] = value
					}
					asked, err := url.ParseQuery(request.Query)
					if err != nil || !cmp.Equal(query, asked) {
						t.Errorf("asked %v, %v; want %v", asked, err, query)
					}
					if request.Method != "GET" || request.Path != "/v3/"+testProject+"/instances/"+ddsID+"/"+of.path ||
						request.Body != "" {
						t.Errorf("asked %s %s with %q", request.Method, request.Path, request.Body)
					}
					if got, want := request.Header.Get("Authorization"), authorization(t, request, "X-Project-Id"); got != want {
						t.Errorf("Authorization\ngot  %s\nwant %s", got, want)
					}
				}
			})
		}
	}
}

func TestDDSRestorableFailWhole(t *testing.T) {
	for key, of := range ddsLists {
		for name, second := range map[string]http.HandlerFunc{
			"refused": answerWith(400, `{"error_code":"DBS.280409"}`), "not as documented": answerWith(200, `{}`),
		} {
			server := newTestServer(t, namesOf(key, 250), second)
			if got, err := of.call(t.Context(), newTestClient(t, server.URL, newFakeClock())); got != nil || err == nil ||
				len(server.got()) != 2 {
				t.Errorf("%s, %s: %d names, %v after %d requests", key, name, len(got), err, len(server.got()))
			}
		}
	}
}

func TestDDSRestorableThatIgnoreTheOffsetEnd(t *testing.T) {
	for key, of := range ddsLists {
		server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
			r.URL.RawQuery = "offset=0&limit=" + r.URL.Query().Get("limit")
			namesOf(key, 1000)(w, r)
		})
		got, err := of.call(t.Context(), newTestClient(t, server.URL, newFakeClock()))
		if err != nil || len(got) != 100 || len(server.got()) != 2 {
			t.Errorf("%s: %d names, %v after %d requests", key, len(got), err, len(server.got()))
		}
	}
}

// An item that moved to the next page between two questions is there twice.
func TestPagesHoldEachItemOnce(t *testing.T) {
	served := [][]string{{"a", "b", "c"}, {"c", "d", "e"}, {"f"}}
	var asked []string
	got, err := pages(3, func(item string) string { return item }, nil, func(offset, limit string) ([]string, error) {
		asked = append(asked, offset+"/"+limit)
		return served[len(asked)-1], nil
	})
	if want := []string{"a", "b", "c", "d", "e", "f"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if want := []string{"0/3", "3/3", "6/3"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

// What cannot be an id is not put into a path.
func TestLookUpsRefuseWhatIsNoID(t *testing.T) {
	server := newTestServer(t, answerWith(200, `{}`))
	c := newTestClient(t, server.URL, newFakeClock())
	for _, id := range []string{"", "..", "a/b", "a?b", " a"} {
		errs := make([]error, 7)
		_, errs[0] = c.RDS().RestoreWindows(t.Context(), id, "")
		_, errs[1] = c.RDS().RestorableTables(t.Context(), id, noon, RDSTableFilter{})
		_, errs[2] = c.DDS().RestoreWindows(t.Context(), id, noon)
		_, errs[3] = c.DDS().RestorableDatabases(t.Context(), id, noon)
		_, errs[4] = c.DDS().RestorableCollections(t.Context(), id, "shop", noon)
		_, errs[5] = c.DWS().ClusterSnapshots(t.Context(), id)
		_, errs[6] = c.DWS().CheckTableRestore(t.Context(), id, oneTable)
		for i, err := range errs {
			if err == nil || !strings.Contains(err.Error(), "is not the id of a ") || IsNotFound(err) {
				t.Errorf("%q, %d: %v", id, i, err)
			}
		}
	}
	if got := server.got(); len(got) != 0 {
		t.Errorf("asked %+v", got)
	}
}
