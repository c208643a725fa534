package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
)

// machine says where figures come from.
type machine struct {
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	MemoryGB int    `json:"memory_gb"`
	Go       string `json:"go"`
	Postgres string `json:"postgresql"`
	PostGIS  string `json:"postgis"`
	Load     string `json:"load_before"` // the system's load averages before the run
	Patok    string `json:"patok"`
}

func describeMachine(ctx context.Context, conn *pgx.Conn, load string) (machine, error) {
	m := machine{CPU: cpuModel(), Cores: runtime.NumCPU(), MemoryGB: memoryGB(), Go: runtime.Version(), Load: load, Patok: version}
	err := conn.QueryRow(ctx, `select current_setting('server_version'), postgis_lib_version()`).Scan(&m.Postgres, &m.PostGIS)
	return m, err
}

// String is one line for a report.
func (m machine) String() string {
	s := fmt.Sprintf("%s, %d cores, %d GB, %s, PostgreSQL %s, PostGIS %s, Patok %s", m.CPU, m.Cores, m.MemoryGB, m.Go, m.Postgres, m.PostGIS, m.Patok)
	if m.Load != "" {
		s += "; load average before the run " + m.Load
	}
	return s
}

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// loadAverage tells whether others used the machine; "" where it is not known.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(b))
	return strings.Join(fields[:min(3, len(fields))], " ")
}

// memoryGB is how much memory the machine has; 0 where it is not known.
func memoryGB() int {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	var kilobytes int
	if _, err := fmt.Sscanf(string(b), "MemTotal: %d kB", &kilobytes); err != nil {
		return 0
	}
	return (kilobytes + 1<<19) >> 20
}
