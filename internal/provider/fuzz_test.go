// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// FuzzImportAddresses: an import id is written back as it was read, and what is accepted addresses the very job that it names,
// whatever the service makes of a path: each request that comes of it is for that id and no other, or there is none.
func FuzzImportAddresses(f *testing.F) {
	for _, seed := range []string{
		"i/j", "eu-de/i/j", "i/..", "i/.", "../i/j", "i/j;k", "i/j:k", "i/j&id=k", "i/j+k", "i/%2e%2e", "i/j\u00a0", "i/j\u2028", "i/é", "i/-j", "i/j.k_l-m", "/i/j", "i//j", "i/j\x00", "i/jj@x",
	} {
		f.Add(seed)
	}
	var lock sync.Mutex
	var asked []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		asked = append(asked, r)
		w.WriteHeader(http.StatusNotFound)
	}))
	f.Cleanup(server.Close)
	c, err := client.New(client.Config{
		Region: "eu-west-101", ProjectID: "p1", AuthToken: "a-token", Endpoints: map[string]string{"rds": server.URL, "dds": server.URL, "dws": server.URL},
		RequestsPerMinute: map[string]int{"rds": 1 << 40, "dds": 1 << 40, "dws": 1 << 40},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := parseImportID(text)
		if err != nil {
			return
		}
		again := id.region + "/" + id.target + "/" + id.jobID
		if back, err := parseImportID(strings.TrimPrefix(again, "/")); err != nil || back != id {
			t.Errorf("%q is %+v, and %q is %+v (%v)", text, id, again, back, err)
		}
		if again != text && again != "/"+text {
			t.Errorf("%q is %+v", text, id)
		}
		// As parts of a path, as they stand, they are these two and nothing else.
		if address, err := url.Parse("http://service/" + id.target + "/" + id.jobID); err != nil || address.Path != "/"+id.target+"/"+id.jobID || address.RawQuery+address.Fragment != "" {
			if !strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q makes the address %v (%v)", text, address, err)
			}
		}
		lock.Lock()
		asked = nil
		lock.Unlock()
		for service, query := range map[string]func(*client.Client, context.Context, string) (client.Job, error){
			"rds": (*client.Client).RDSJob, "dds": (*client.Client).DDSJob, "dws": (*client.Client).DWSJob,
		} {
			if _, err := query(c, t.Context(), id.jobID); err == nil {
				t.Errorf("%s: %q is a job", service, id.jobID)
			}
		}
		if _, err := c.ForRegion(id.region); err == nil && id.region != "" && id.region != "eu-west-101" {
			t.Errorf("%q is a region of these endpoints", id.region)
		}
		lock.Lock()
		defer lock.Unlock()
		for _, r := range asked {
			path, values := "/v3/p1/jobs", r.URL.Query()["id"]
			if len(values) == 0 {
				path, values = "/v1.0/p1/job/"+id.jobID, []string{id.jobID}
			}
			if r.URL.EscapedPath() != path || len(values) != 1 || values[0] != id.jobID || len(r.URL.Query()) > 1 {
				t.Errorf("%q, job %q: asked for %s", text, id.jobID, r.URL)
			}
		}
	})
}

// sqlToken is a token of PostgreSQL, as far as a DROP statement needs them.
type sqlToken struct{ kind, text string } // kind: word, name, mark, comment

// sqlTokens reads SQL by PostgreSQL's lexical rules (its documentation, "Lexical Structure"): words, names in double quotes with the
// quote doubled, marks, and comments from -- to the end of the line. Anything else is an error, which no statement of ours needs.
func sqlTokens(text string) ([]sqlToken, error) {
	var tokens []sqlToken
	for i := 0; i < len(text); {
		rest := text[i:]
		switch c := text[i]; {
		case c == ' ':
			i++
		case c == '"':
			var name strings.Builder
			for i++; ; i++ {
				if i == len(text) {
					return tokens, errors.New("a name has no end")
				}
				if text[i] == '"' {
					if i++; i == len(text) || text[i] != '"' {
						break
					}
				}
				name.WriteByte(text[i])
			}
			tokens = append(tokens, sqlToken{"name", name.String()})
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			tokens = append(tokens, sqlToken{"comment", rest[2:end]})
			if i += end; i < len(text) {
				return tokens, errors.New("a line ends")
			}
		case c == '.' || c == ';':
			tokens = append(tokens, sqlToken{"mark", string(c)})
			i++
		case 'A' <= c && c <= 'Z':
			end := 0
			for end < len(rest) && 'A' <= rest[end] && rest[end] <= 'Z' {
				end++
			}
			tokens = append(tokens, sqlToken{"word", rest[:end]})
			i += end
		default:
			return tokens, fmt.Errorf("%q at %d", c, i)
		}
	}
	return tokens, nil
}

// readDrop takes a statement apart: it must be one DROP TABLE of one table, and a comment that names the database.
func readDrop(statement string) (database, schema, table string, err error) {
	tokens, err := sqlTokens(statement)
	if err != nil {
		return "", "", "", err
	}
	var form strings.Builder
	for _, token := range tokens {
		if token.kind == "word" || token.kind == "mark" {
			form.WriteString(token.text + " ")
		} else {
			form.WriteString(token.kind + " ")
		}
	}
	if form.String() != "DROP TABLE name . name ; comment " {
		return "", "", "", fmt.Errorf("it is %q", form.String())
	}
	quoted, found := strings.CutPrefix(tokens[6].text, " in database ")
	if !found {
		return "", "", "", errors.New("no database")
	}
	database, rest, err := readScriptString(quoted)
	if err == nil && rest != "" {
		err = fmt.Errorf("more follows: %q", rest)
	}
	return database, tokens[2].text, tokens[4].text, err
}

// readScriptString reads a string of JavaScript in double quotes (ECMA-262, "String Literals"), and what follows it.
func readScriptString(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		return "", "", errors.New("no string begins")
	}
	var units []uint16
	for i := 1; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch r {
		case '"':
			return string(utf16.Decode(units)), text[i+1:], nil
		case '\r', '\n', '\u2028', '\u2029': // the last two are allowed since 2019, and older shells are about
			return "", "", errors.New("a line ends in a string")
		case '\\':
			if i+1 >= len(text) {
				return "", "", errors.New("nothing is escaped")
			}
			i += 2
			switch escaped := text[i-1]; escaped {
			case '"', '\\', '/':
				units = append(units, uint16(escaped))
			case 'b', 'f', 'n', 'r', 't':
				units = append(units, map[byte]uint16{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[escaped])
			case 'u':
				if i+4 > len(text) {
					return "", "", errors.New("half an escape")
				}
				unit, err := strconv.ParseUint(text[i:i+4], 16, 16)
				if err != nil {
					return "", "", err
				}
				units, i = append(units, uint16(unit)), i+4
			default:
				return "", "", fmt.Errorf("%q is escaped", escaped)
			}
		default:
			units, i = utf16.AppendRune(units, r), i+size
		}
	}
	return "", "", errors.New("a string has no end")
}

// readDropCollection takes a call of the MongoDB shell apart: it must be one, of one collection.
func readDropCollection(statement string) (database, collection string, err error) {
	rest, found := strings.CutPrefix(statement, "db.getSiblingDB(")
	if !found {
		return "", "", errors.New("another call")
	}
	if database, rest, err = readScriptString(rest); err != nil {
		return "", "", err
	}
	if rest, found = strings.CutPrefix(rest, ").getCollection("); !found {
		return "", "", fmt.Errorf("then %q", rest)
	}
	if collection, rest, err = readScriptString(rest); err == nil && rest != ").drop()" {
		err = fmt.Errorf("then %q", rest)
	}
	return database, collection, err
}

// isComment is whether nothing of a statement is run: by neither language does a comment end before the text does.
func isComment(statement, mark string) bool {
	return strings.HasPrefix(statement, mark) && !strings.ContainsAny(statement, "\r\n\u2028\u2029")
}

// elementsOf is the type of a list's elements.
func elementsOf(list attr.Type) attr.Type { return list.(types.ListType).ElemType }

// folded is a name without quotes, as PostgreSQL has it in a database of UTF-8.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			return unicode.ToLower(r)
		}
		return r
	}, name)
}

// FuzzCleanupStatements: whatever the names are, each statement is one statement, for the one object that was restored. No name
// breaks out of its quotes, and none out of a comment.
func FuzzCleanupStatements(f *testing.F) {
	for _, name := range []string{
		"orders", `a"b`, `"; DROP TABLE users; --`, `""`, `\`, `\"`, "a\nb", "a\r\nb", "a\u2028b", "a\u2029b", "a\x00b", "a'b", "a--b", "/*", "*/", "//", `");db.dropDatabase();("`, `\u0022`, "é", "😀", "$tag$", "ÄÖ", "İ", "a\u0085b", "\uFFFD", "</script>",
	} {
		f.Add("shop", "public", name, "", true)
		f.Add(name, name, name, name, false)
		f.Add(name, "s", "t", name, true)
	}
	ctx := context.Background()
	rdsList := elementsOf(rdsPgTablePITRSchema(ctx).Attributes["databases"].GetType())
	ddsList := elementsOf(ddsCollectionRestoreSchema(ctx).Attributes["restore_collections"].GetType())
	dwsList := elementsOf(dwsTableRestoreSchema(ctx).Attributes["target_table_list"].GetType())
	f.Fuzz(func(t *testing.T, database, schema, table, newName string, flag bool) {
		for _, name := range []string{database, schema, table, newName} {
			if !utf8.ValidString(name) {
				return // Terraform's strings are UTF-8
			}
		}
		text, optional := types.StringValue, types.StringNull()
		if newName != "" {
			optional = types.StringValue(newName)
		}

		rds := rdsPgTablePITRModel{RestoreTime: pointintime.NewValue("2023-07-05T11:32:17Z")}
		intended := newName
		if newName == "" {
			intended = table + "_1688556737000"
		}
		if !flag { // the newest moment, which nobody can tell any more
			rds.RestoreTime = pointintime.NewValue(pointintime.Latest)
		}
		rds.Databases = listOf(t, rdsList, []rdsDatabaseModel{{Database: text(database), Schemas: []rdsSchemaModel{{Schema: text(schema), Tables: []rdsTableModel{{text(table), optional}}}}}})
		for _, object := range only(t, objectsOfRDSPgTablePITR(ctx, rds)) {
			if newName == "" && !flag {
				if !isComment(object.cleanup, "-- ") {
					t.Errorf("something is run by %q", object.cleanup)
				}
				continue
			}
			if d, s, n, err := readDrop(object.cleanup); err != nil || d != database || s != schema || n != intended {
				t.Errorf("%q drops %q.%q in %q (%v), want %q.%q in %q", object.cleanup, s, n, d, err, schema, intended, database)
			}
		}

		dws := dwsTableRestoreModel{Database: text(database), CaseSensitive: types.BoolValue(flag)}
		dws.RestoreTableList = listOf(t, dwsList, []dwsTableModel{{text(schema), text(table)}})
		dws.TargetTableList = dws.RestoreTableList
		wantSchema, wantTable := schema, table
		if !flag {
			wantSchema, wantTable = folded(schema), folded(table)
		}
		for _, object := range only(t, objectsOfDWSTableRestore(ctx, dws)) {
			if d, s, n, err := readDrop(object.cleanup); err != nil || d != database || s != wantSchema || n != wantTable {
				t.Errorf("%q drops %q.%q in %q (%v), want %q.%q in %q", object.cleanup, s, n, d, err, wantSchema, wantTable, database)
			}
		}

		dds := ddsCollectionRestoreModel{RestoreCollections: listOf(t, ddsList, []ddsDatabaseModel{{
			Database: text(database), RestoreDatabaseTime: pointintime.Value{StringValue: types.StringNull()},
			Collections: []ddsCollectionModel{{text(table), optional, pointintime.NewValue("2020-12-12T08:49:15Z")}},
		}})}
		for _, object := range only(t, objectsOfDDSCollectionRestore(ctx, dds)) {
			if newName == "" {
				if !isComment(object.cleanup, "// ") {
					t.Errorf("something is run by %q", object.cleanup)
				}
				continue
			}
			if d, n, err := readDropCollection(object.cleanup); err != nil || d != database || n != newName {
				t.Errorf("%q drops %q of %q (%v), want %q of %q", object.cleanup, n, d, err, newName, database)
			}
		}
		dds.RestoreCollections = listOf(t, ddsList, []ddsDatabaseModel{{Database: text(database), RestoreDatabaseTime: pointintime.NewValue("2020-12-12T08:49:15Z")}})
		for _, object := range only(t, objectsOfDDSCollectionRestore(ctx, dds)) {
			if !isComment(object.cleanup, "// ") {
				t.Errorf("something is run by %q", object.cleanup)
			}
		}
	})
}

func listOf[T any](t *testing.T, element attr.Type, values []T) types.List {
	t.Helper()
	list, diags := types.ListValueFrom(context.Background(), element, values)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return list
}

// only has one object, for one that was restored.
func only(t *testing.T, objects []restoredObject) []restoredObject {
	t.Helper()
	if len(objects) != 1 {
		t.Errorf("%d objects for one: %+v", len(objects), objects)
	}
	return objects
}

// FuzzRestoredName: what the function answers is what the resource plans for the same table and moment, and a name that PostgreSQL
// takes whole. Where it answers with an error, the resource's configuration is refused as well.
func FuzzRestoredName(f *testing.F) {
	for _, table := range []string{"orders", "", name63, name63[:49], name63[:50], "ä", "a_1688556737000", "\x00", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"} {
		for _, moment := range []string{"1688556737000", "2023-07-05T11:32:17Z", "2023-07-05T13:32:17.120+02:00", "253402300799999", "latest", "1688556737", ""} {
			f.Add(table, moment)
		}
	}
	ctx := context.Background()
	list := elementsOf(rdsPgTablePITRSchema(ctx).Attributes["databases"].GetType())
	f.Fuzz(func(t *testing.T, table, moment string) {
		if !utf8.ValidString(table) || !utf8.ValidString(moment) {
			return
		}
		resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
		restoredNameFunction{}.Run(ctx, function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{types.StringValue(table), types.StringValue(moment)})}, &resp)
		at, err := pointintime.Parse(moment)
		config := rdsPgTablePITRModel{RestoreTime: pointintime.NewValue(moment)}
		config.RestoredTo = types.StringValue(pointintime.Format(at))
		config.Databases = listOf(t, list, []rdsDatabaseModel{{Database: types.StringValue("d"), Schemas: []rdsSchemaModel{{Schema: types.StringValue("s"), Tables: []rdsTableModel{{OldName: types.StringValue(table)}}}}}})
		if resp.Error != nil {
			if err == nil && table != "" && !validateRDSPgTablePITR(ctx, config, at.AddDate(1, 0, 0)).HasError() {
				t.Errorf("restored_name(%q, %q): %v, and the resource takes it", table, moment, resp.Error)
			}
			return
		}
		if err != nil {
			t.Fatalf("restored_name(%q, %q) is no error, but the moment is: %v", table, moment, err)
		}
		name := resp.Result.Value().(types.String).ValueString()
		if len(name) > 63 || name != table+"_"+strconv.FormatInt(at.UnixMilli(), 10) {
			t.Errorf("restored_name(%q, %q) = %q", table, moment, name)
		}
		plan := config
		if diags := completeRDSPgTablePITR(ctx, config, &plan); diags.HasError() {
			t.Fatal(diags)
		}
		databases, _ := elements[rdsDatabaseModel](ctx, plan.Databases)
		if planned := databases[0].Schemas[0].Tables[0].NewName.ValueString(); planned != name {
			t.Errorf("restored_name(%q, %q) = %q, and the resource plans %q", table, moment, name, planned)
		}
	})
}
