// SPDX-License-Identifier: MPL-2.0

// Command licences reads "PATH VERSION FOLDER" lines, one for each module. It fails if a module has no known licence
// text, or a licence that is not allowed.
package main

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed lists licences that are compatible with MPL-2.0 in one binary and require only attribution.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0"}

// allowedFor lists further licences, each for one module that was reviewed.
var allowedFor = map[string]string{
	"github.com/apparentlymart/go-textseg/v15": "Unicode-DFS-2016", // for its Unicode tables; only tests use it
}

// licenceFile matches the names of files that hold a module's licence.
var licenceFile = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying)([-._].*)?$`)

// enough is how much of a file must be the text of a known licence, in percent. The rest names the copyright holders.
const enough = 75

func main() {
	var problems []string
	count := map[string]int{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		module := strings.Fields(lines.Text())
		if len(module) != 3 {
			problems = append(problems,
				fmt.Sprintf("%q is not a module: a vendored or replaced module has no folder", lines.Text()))
			continue
		}
		names, err := licencesOf(module[2])
		switch {
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s %s: %v", module[0], module[1], err))
		default:
			for _, name := range names {
				count[name]++
				if !slices.Contains(allowed, name) && allowedFor[module[0]] != name {
					problems = append(problems, fmt.Sprintf("%s %s: %s is not allowed", module[0], module[1], name))
				}
			}
		}
	}
	if err := lines.Err(); err != nil {
		problems = append(problems, err.Error())
	}
	if len(count) == 0 {
		problems = append(problems, "the input has no modules")
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		fmt.Printf("%4d %s\n", count[name], name)
	}
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, "licences: "+strings.Join(problems, "\nlicences: "))
		os.Exit(1)
	}
}

// licencesOf returns the licences in the files at the top of a module.
func licencesOf(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		found := licensecheck.Scan(text)
		if len(found.Match) == 0 || found.Percent < enough {
			return nil, fmt.Errorf("%s does not contain a known licence (%.0f%% matches)", entry.Name(), found.Percent)
		}
		for _, match := range found.Match {
			names = append(names, match.ID)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the module has no licence file")
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
