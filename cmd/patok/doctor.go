package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/store/cluster"
)

type doctorCmd struct {
	databaseFlags
	OpsURL string `name:"ops-url" help:"The node's --ops-listen, as http://host:port; left out: the data folder's own socket." placeholder:"URL"`
}

// Run compares the running node's memory with PostGIS, names each feature that
// differs, and looks for what would make them differ. It fails on any finding.
func (c *doctorCmd) Run(ctx context.Context, env *environment) (err error) {
	node, err := c.connect()
	if err != nil {
		return err
	}
	db, err := c.reach(ctx, env, false)
	if err != nil {
		return err
	}
	if db.Store, err = openStore(ctx, db, env); err != nil {
		return errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	d := doctor{db: db, node: node, out: env.Stdout}
	if err := d.compare(ctx); err != nil {
		return err
	}
	if err := d.audit(ctx); err != nil {
		return err
	}
	findings, err := db.Findings(ctx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		d.found(f)
	}
	if d.findings > 0 {
		fmt.Fprintf(env.Stdout, "%d findings\n", d.findings)
		return errReported
	}
	fmt.Fprintln(env.Stdout, "memory and PostGIS agree, feature by feature")
	return nil
}

// nodeClient asks a node's operators' door.
type nodeClient struct {
	base   string
	http   *http.Client
	folder string // whose server it is; "" with --ops-url
}

// starting reports whether a server holds the folder: it may not answer yet.
func (n *nodeClient) starting() bool {
	if n.folder == "" {
		return false
	}
	pid, err := cluster.Serving(n.folder)
	return err == nil && pid != 0
}

func (c *doctorCmd) connect() (*nodeClient, error) {
	if c.OpsURL != "" {
		return &nodeClient{base: c.OpsURL, http: &http.Client{Timeout: time.Minute}}, nil
	}
	if c.DatabaseURL != "" {
		return nil, errors.New("give --ops-url too: without a data folder the node is found by its --ops-listen")
	}
	folder, err := c.folder()
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", opsSocket(folder))
	}
	return &nodeClient{base: "http://node", folder: folder, http: &http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: dial}}}, nil
}

// digests is what a node says of its memory.
type digests struct {
	Epoch       string                `json:"epoch"`
	Revision    int64                 `json:"revision"`
	Collections map[string]geo.Digest `json:"collections"`
	Check       string                `json:"check"` // what its trees and maps disagree on; "" is well
}

func (n *nodeClient) get(ctx context.Context, path string, to any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, n.base+path, nil)
	if err != nil {
		return err
	}
	response, err := n.http.Do(request)
	if err != nil {
		return fmt.Errorf("no node answers: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return fmt.Errorf("the node answered %s: %s", response.Status, body)
	}
	return json.NewDecoder(response.Body).Decode(to)
}

// doctor compares one node with the database.
type doctor struct {
	db       *database
	node     *nodeClient
	out      io.Writer
	findings int
}

func (d *doctor) found(what string) {
	d.findings++
	fmt.Fprintln(d.out, "✗", what)
}

// compare takes both digests at the same revision: while people edit, it takes
// a few tries, and a server that is starting takes some too.
func (d *doctor) compare(ctx context.Context) error {
	for range 50 {
		var memory digests
		if err := d.node.get(ctx, "/digests", &memory); err != nil && !d.node.starting() {
			return err
		}
		epoch, revision, truth, err := d.db.Digests(ctx)
		if err != nil {
			return err
		}
		if memory.Epoch == epoch && memory.Revision == revision {
			if memory.Check != "" {
				d.found("the node's trees and maps disagree: " + memory.Check)
			}
			fmt.Fprintf(d.out, "revision %d, epoch %s\n", revision, epoch)
			return d.collections(ctx, memory.Collections, truth)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return errors.New("the node does not reach the database's revision: it does not follow the log, or there is no rest from edits")
}

func (d *doctor) collections(ctx context.Context, memory, truth map[string]geo.Digest) error {
	names := slices.Sorted(maps.Keys(truth))
	for name := range memory {
		if _, known := truth[name]; !known && memory[name].Count > 0 {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if memory[name] == truth[name] {
			fmt.Fprintf(d.out, "✓ %s: %d features\n", name, truth[name].Count)
			continue
		}
		if err := d.features(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// audit prints where the audit log ends, to be written down where nobody who
// may change the database can change it.
func (d *doctor) audit(ctx context.Context) error {
	lines, hash, err := d.db.AuditHead(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "audit log: %d lines, head %s\n", lines, cmp.Or(hash, "none"))
	return nil
}

// features names each feature of a collection that differs.
func (d *doctor) features(ctx context.Context, collection string) error {
	var held struct {
		Digests map[int64]int64 `json:"digests"`
	}
	if err := d.node.get(ctx, "/digests?collection="+url.QueryEscape(collection), &held); err != nil {
		return err
	}
	truth, err := d.db.DigestList(ctx, collection)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(truth)) {
		digest, there := held.Digests[id]
		switch {
		case !there:
			d.found(fmt.Sprintf("%s %d is in PostGIS and not in memory", collection, id))
		case digest != truth[id]:
			d.found(fmt.Sprintf("%s %d differs between PostGIS and memory", collection, id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(held.Digests)) {
		if _, there := truth[id]; !there {
			d.found(fmt.Sprintf("%s %d is in memory and not in PostGIS", collection, id))
		}
	}
	return nil
}
