// SPDX-License-Identifier: MPL-2.0

//go:build unix

// Command demo shows the provider at work without an account: it starts a stand-in cloud (internal/fakecloud) and
// applies examples/demo to it with a real Terraform or OpenTofu. What it prints is what these say, and a heading for
// each step. It fails if anything is not as the headings have it.
//
// It is started by "make demo", at the top of the repository: the provider and the stand-in lie beside its own binary.
// The stand-in is in cloud.go, the CLI in cli.go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"terraform-provider-x/internal/clitest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demo(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context) error {
	path, err := clitest.Find()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	binaries := filepath.Dir(self)

	directory, err := os.MkdirTemp("", "restore-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)

	ctx, cloud, err := startCloud(ctx, filepath.Join(binaries, "fakecloud"), filepath.Join(directory, "ready.json"))
	if err != nil {
		return err
	}
	defer cloud.stop()

	cli, err := newCommandLine(path, filepath.Join(directory, "work"), binaries, cloud.endpoints)
	if err != nil {
		return err
	}
	if err := copyExample(cli.Directory); err != nil {
		return err
	}
	return show(ctx, cli, cloud)
}

// show is the demo itself: each step is a heading, a command, and what must hold after it.
func show(ctx context.Context, cli commandLine, cloud *cloud) error {
	apply := []string{"apply", "-auto-approve", "-input=false", "-no-color"}

	heading("Three restores, one in each service, and what they leave as evidence")
	if err := cli.run(ctx, apply...); err != nil {
		return err
	}
	if err := expectEvidence(ctx, cli, "orders", "carts", "sales"); err != nil {
		return err
	}

	heading("A second plan has no changes")
	if err := cli.run(ctx, "plan", "-detailed-exitcode", "-input=false", "-no-color"); err != nil { // ExitChanges is one
		return err
	}

	heading("A fourth restore, interrupted by Ctrl-C while its job runs")
	apply = append(apply, "-var", "incident=true")
	if err := cloud.changeJob(ctx, "next", "hold"); err != nil { // so that it runs until it is interrupted
		return err
	}
	if err := cli.interrupt(ctx, cloud.awaitPoll, apply...); err != nil {
		return err
	}
	fourth, err := cloud.expectRunning(ctx, 4)
	if err != nil {
		return err
	}

	heading("The next apply resumes job " + fourth)
	if err := cloud.changeJob(ctx, fourth, "release"); err != nil {
		return err
	}
	if err := cli.run(ctx, apply...); err != nil {
		return err
	}
	if err := expectEvidence(ctx, cli, "orders", "carts", "sales", "incident"); err != nil {
		return err
	}
	return expectAccepted(ctx, cli, cloud, 4)
}

func heading(text string) { fmt.Printf("\n\n### %s\n", text) }

// expectEvidence checks that exactly these restores are in the state, complete with all that tells of them.
func expectEvidence(ctx context.Context, cli commandLine, names ...string) error {
	evidence, err := cli.evidence(ctx)
	if err != nil {
		return err
	}
	if len(evidence) != len(names) {
		return fmt.Errorf("evidence of %d restores, want %d", len(evidence), len(names))
	}
	for _, name := range names {
		e := evidence[name]
		whole := e.JobID != "" && e.Status == "Completed" && e.RestoredTo != "" && e.DurationSeconds > 0 &&
			e.DataAgeSeconds > 0
		if !whole || len(e.RestoredObjects) == 0 || len(e.CleanupStatements) != len(e.RestoredObjects) {
			return fmt.Errorf("the evidence of %s is not whole: %+v", name, e)
		}
	}
	return nil
}

// expectAccepted checks that the cloud has accepted each restore of the state, and no other.
func expectAccepted(ctx context.Context, cli commandLine, cloud *cloud, count int) error {
	accepted, err := cloud.accepted(ctx)
	if err != nil {
		return err
	}
	evidence, err := cli.evidence(ctx)
	if err != nil {
		return err
	}
	heading(fmt.Sprintf("The cloud has accepted %d restores", len(accepted)))
	jobs := map[string]bool{}
	for _, restore := range accepted {
		fmt.Println(restore.Service, restore.JobID)
		jobs[restore.JobID] = true
	}
	if len(accepted) != count {
		return fmt.Errorf("the cloud has accepted %d restores, want %d", len(accepted), count)
	}
	for name, e := range evidence {
		if !jobs[e.JobID] {
			return fmt.Errorf("the state has %s under job %s, which the cloud does not know", name, e.JobID)
		}
	}
	return nil
}
