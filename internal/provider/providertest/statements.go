// SPDX-License-Identifier: MPL-2.0

package providertest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Names are such as break out of their quotes where these are wrong.
var Names = []string{
	"orders", `a"b`, `"; DROP TABLE users; --`, `""`, `\`, `\"`, "a\nb", "a\r\nb", "a\u2028b", "a\u2029b", "a\x00b", "a'b", "a--b",
	"/*", "*/", "//", `");db.dropDatabase();("`, `\u0022`, "é", "😀", "$tag$", "ÄÖ", "İ", "a\u0085b", "\uFFFD", "</script>",
	"e\u0301", "\\\"e\u0301\U0001D15E", // which Terraform would have in another form
}

// AreStrings reports whether Terraform could hold the texts: its strings are UTF-8.
func AreStrings(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !utf8.ValidString(text) })
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
		case strings.HasPrefix(rest, `U&"`):
			name, length, err := unicodeName(rest)
			if err != nil {
				return tokens, err
			}
			tokens = append(tokens, sqlToken{"name", name})
			i += length
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

// unicodeName reads a name with escapes (U&"..." of the same page), and how long it is there.
func unicodeName(text string) (name string, length int, err error) {
	var out strings.Builder
	for i := len(`U&"`); i < len(text); i++ {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, `""`), strings.HasPrefix(rest, `\\`):
			out.WriteByte(rest[0])
			i++
		case strings.HasPrefix(rest, `"`):
			return out.String(), i + 1, nil
		case strings.HasPrefix(rest, `\+`) && len(rest) >= 8:
			point, err := strconv.ParseUint(rest[2:8], 16, 32)
			if err != nil {
				return "", 0, err
			}
			out.WriteRune(rune(point))
			i += 7
		default:
			out.WriteByte(rest[0])
		}
	}
	return "", 0, errors.New("a name has no end")
}

// ReadDrop takes a statement apart: it must be one DROP TABLE of one table, and a comment that names the database.
func ReadDrop(statement string) (database, schema, table string, err error) {
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

// ReadDropCollection takes a call of the MongoDB shell apart: it must be one, of one collection.
func ReadDropCollection(statement string) (database, collection string, err error) {
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

// IsComment is whether nothing of a statement is run: by neither language does a comment end before the text does.
func IsComment(statement, mark string) bool {
	return strings.HasPrefix(statement, mark) && !strings.ContainsAny(statement, "\r\n\u2028\u2029")
}

// Folded is a name without quotes, as PostgreSQL has it in a database of UTF-8.
func Folded(name string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			return unicode.ToLower(r)
		}
		return r
	}, name)
}
