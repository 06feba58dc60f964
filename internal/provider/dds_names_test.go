// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// defaultCopy is what the provider calls a collection that is restored to the moment of cartsCopy.
const defaultCopy = "carts_bak_1607762955000"

// cartsCopy is a restore of one collection without a new_name; names is the inside of its entry.
func cartsCopy(name, names, more string) string {
	return fmt.Sprintf(`
resource "x_dds_collection_restore" %q {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "app", collections = [
    { old_name = "carts", restore_collection_time = "2020-12-12T08:49:15Z"%s },
  ] }]
  %s
}`, name, names, more)
}

// expectCopy checks what the state calls the copy: in its parameters, and in its evidence.
func (env *testEnv) expectCopy(address string, newName any, object, cleanup string) {
	env.Helper()
	values := env.stored(address).Values
	entry := values["restore_collections"].([]any)[0].(map[string]any)["collections"].([]any)[0].(map[string]any)
	if diff := cmp.Diff(
		[]any{newName, []any{object}, []any{cleanup}},
		[]any{entry["new_name"], values["restored_objects"], values["cleanup_statements"]},
	); diff != "" {
		env.Error(diff)
	}
}

// expectDefaultCopy is expectCopy for the name that the provider chooses.
func (env *testEnv) expectDefaultCopy(address string) {
	env.Helper()
	env.expectCopy(address, defaultCopy, "app."+defaultCopy,
		`db.getSiblingDB("app").getCollection("`+defaultCopy+`").drop()`)
}

// expectServiceCopy is expectCopy for a name of which only the form is known.
func (env *testEnv) expectServiceCopy(address string) {
	env.Helper()
	env.expectCopy(address, nil, "app.carts_bak_<timestamp>", `// The timestamp in the name is unknown: `+
		`db.getSiblingDB("app").getCollection("carts_bak_<timestamp>").drop()`)
}

// listsAfter sets how long after its end a restore is in what DDS lists as restorable, and RDS too.
func listsAfter(ago time.Duration) func(*fakecloud.Options) {
	return inWorld(func(w *fakecloud.World) {
		for i := range w.DDSInstances {
			windows := w.DDSInstances[i].Windows
			windows[len(windows)-1].End = fakecloud.FromNow(-ago)
		}
		for i := range w.RDSInstances {
			windows := w.RDSInstances[i].Windows
			windows[len(windows)-1].End = fakecloud.FromNow(-ago)
		}
	})
}

// TestSecondCopyCollides restores the same collection twice, both times without a new_name. The second restore has the
// first one's name, so it makes no second copy: the plan rejects it if the service lists the first copy or a state holds
// it, else the service does.
func TestSecondCopyCollides(t *testing.T) {
	t.Parallel()
	const address, stateRemoved = "x_dds_collection_restore.first", "after state rm"
	says := map[time.Duration][]string{
		0:         {"New name is taken", "app." + defaultCopy, "No restore was started."},
		time.Hour: {"app." + defaultCopy}, // by the service, unless the plan has heard of the first one's state by then
	}
	for name, again := range map[string]func(env *testEnv){
		"for a second resource": func(env *testEnv) {
			env.configure(cartsCopy("first", "", "") + cartsCopy("second", "", ""))
		},
		stateRemoved: func(env *testEnv) { env.expect(env.run("state", "rm", address), clitest.ExitOK) },
		"by its default name written out": func(env *testEnv) {
			env.configure(cartsCopy("second", fmt.Sprintf(", new_name = %q", defaultCopy), ""))
		},
		"tainted": func(env *testEnv) { env.expect(env.run("taint", address), clitest.ExitOK) },
	} {
		for ago, texts := range says {
			t.Run(fmt.Sprintf("%s, listed after %s", name, ago), func(t *testing.T) {
				t.Parallel()
				env := newTestEnv(t, listsAfter(ago))
				env.configure(cartsCopy("first", "", ""))
				env.expect(env.plan(), clitest.ExitChanges, defaultCopy)
				env.mustApply()
				env.expectAccepted(1)
				env.expectDefaultCopy(address)
				again(env)
				if ago > 0 && name == stateRemoved {
					texts = []string{"DBS.201038", "app." + defaultCopy}
				}
				env.expect(env.apply(), clitest.ExitError, texts...)
				env.expectAccepted(1)
			})
		}
	}
}

// TestDefaultCopyIsTheSameRestore writes the default name out, and leaves it out again.
func TestDefaultCopyIsTheSameRestore(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(cartsCopy("this", "", ""))
	env.mustApply()
	env.configure(cartsCopy("this", fmt.Sprintf(", new_name = %q", defaultCopy), ""))
	env.expectNoChanges()
	env.configure(cartsCopy("this", fmt.Sprintf(", new_name = %q", defaultCopy), `timeouts = { create = "4h" }`))
	env.mustApply()
	env.configure(cartsCopy("this", "", `timeouts = { create = "4h" }`))
	env.expectNoChanges()
	env.expectAccepted(1)
	env.expectDefaultCopy("x_dds_collection_restore.this")
}

// asServiceNamed makes a state as versions wrote it that let the service choose the name.
func (env *testEnv) asServiceNamed() {
	env.Helper()
	env.rewriteState(fmt.Sprintf(`"new_name": %q`, defaultCopy), `"new_name": null`)
}

// TestServiceNamedCopy has a state without a name, of a restore whose name the service chose. It is neither restored
// again nor said to have the name that a restore would have today.
func TestServiceNamedCopy(t *testing.T) {
	t.Parallel()
	const address = "x_dds_collection_restore.this"
	named := fmt.Sprintf(", new_name = %q", defaultCopy)
	for name, resume := range map[string]func(env *testEnv){
		"tainted": func(env *testEnv) {
			env.expect(env.plan(), clitest.ExitChanges, "Apply will resume an earlier restore")
		},
		"tainted, from a saved plan": func(env *testEnv) {
			env.expect(env.plan("-out=saved"), clitest.ExitChanges)
			env.mustApply("saved")
		},
		"tainted, without a refresh": func(env *testEnv) { env.mustApply("-refresh=false") },
		"untainted":                  func(env *testEnv) { env.expect(env.run("untaint", address), clitest.ExitOK) },
		"untainted, the default name written out": func(env *testEnv) {
			env.expect(env.run("untaint", address), clitest.ExitOK)
			env.configure(cartsCopy("this", named, ""))
		},
		"imported": func(env *testEnv) {
			env.expect(env.run("state", "rm", address), clitest.ExitOK)
			env.expect(env.run("import", "-no-color", address, ddsCase.target+"/"+env.expectAccepted(1)[0]), clitest.ExitOK)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(cartsCopy("this", "", shortTimeouts))
			env.change("next", "hold", "")
			env.expect(env.apply(), clitest.ExitError, "Restore is still running")
			job := env.expectAccepted(1)[0]
			env.asServiceNamed()
			env.expect(env.apply(), clitest.ExitError, "Restore is still running") // resumed, and once more
			env.configure(cartsCopy("this", "", ""))
			env.change(job, "finish", "")
			resume(env)
			env.mustApply()
			env.expectAccepted(1)
			env.expectServiceCopy(address)
			for _, names := range []string{"", named} {
				env.configure(cartsCopy("this", names, ""))
				env.expectNoChanges()
			}
			env.expect(env.run("destroy", "-no-color", "-auto-approve"), clitest.ExitOK, "app.carts_bak_<timestamp>")
		})
	}
}

// TestServiceNamedCopyIsKept has a finished restore whose name the service chose: its state stays as it is, and what
// replaces it has a name of its own.
func TestServiceNamedCopyIsKept(t *testing.T) {
	t.Parallel()
	const address = "x_dds_collection_restore.this"
	env := newTestEnv(t)
	env.configure(cartsCopy("this", "", ""))
	env.mustApply()
	env.asServiceNamed()
	evidence := env.stored(address).Values["restored_objects"]
	env.expectNoChanges()
	env.configure(cartsCopy("this", "", `timeouts = { create = "4h" }`))
	env.mustApply()
	env.expectAccepted(1)
	values := env.stored(address).Values
	if diff := cmp.Diff(evidence, values["restored_objects"]); diff != "" ||
		!strings.Contains(fmt.Sprint(values["restore_collections"]), "new_name:<nil>") {
		t.Errorf("the state has changed: %v\n%s", values, diff)
	}
	env.configure(cartsCopy("this", "", "preflight = false\n"+`triggers = { drill = "1" }`))
	env.expect(env.plan(), clitest.ExitChanges, runsAgain, defaultCopy)
}

// TestMovedServiceNamedCopy takes over what the vendor's own provider has restored without a new_name.
func TestMovedServiceNamedCopy(t *testing.T) {
	t.Parallel()
	for name, newName := range map[string]string{"null": "null", "empty": `""`} {
		for _, status := range []string{"", "tainted"} {
			t.Run(name+status, func(t *testing.T) {
				t.Parallel()
				env, job := lost(t, ddsCase)
				env.write("terraform.tfstate", fmt.Sprintf(`{
					"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "4d1e3ad6-2a4c-4a9b-9d53-0d6a5cf0a6a1", "outputs": {},
					"resources": [{ "mode": "managed", "type": "huaweicloud_dds_collection_restore", "name": "old",
						"provider": "provider[\"registry.terraform.io/huaweicloud/huaweicloud\"]",
						"instances": [{ "status": %q, "schema_version": 0, "sensitive_attributes": [], "attributes": {
							"id": %q, "region": "eu-west-101", "instance_id": %q, "timeouts": null,
							"restore_collections": [{ "database": "app", "restore_database_time": "", "collections": [
								{ "old_name": "carts", "new_name": %s, "restore_collection_time": "1607762955000" }] }]
						} }] }]
				}`, status, job, ddsCase.target, newName))
				env.configure(cartsCopy("this", "", "") +
					"\nmoved {\n from = huaweicloud_dds_collection_restore.old\n to = x_dds_collection_restore.this\n}\n")
				env.mustApply()
				env.expectAccepted(1)
				env.expectServiceCopy("x_dds_collection_restore.this")
				env.expectNoChanges()
			})
		}
	}
}

// TestLatestCopy has a default name that is known when the newest moment is.
func TestLatestCopy(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	latest := func(names, more string) string {
		return strings.Replace(cartsCopy("before_migration", names, more), "2020-12-12T08:49:15Z", "latest", 1)
	}
	env.configure(latest("", ""))
	env.mustApply()
	env.expectRestoredTo(ddsCase, 0)
	said := fmt.Sprint(env.stored(ddsCase.address).Values["restored_objects"].([]any)[0])
	name := strings.TrimPrefix(said, "app.")
	if body := string(env.cloud.Restores()[0].Body); !strings.Contains(body, fmt.Sprintf(`"new_name":%q`, name)) {
		t.Errorf("the state says %s, and sent was %s", said, body)
	}
	for _, names := range []string{"", fmt.Sprintf(", new_name = %q", name)} {
		env.configure(latest(names, ""))
		env.expectNoChanges()
	}
	env.expectAccepted(1)
}
