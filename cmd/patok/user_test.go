package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo/geotest"
)

// TestUserCommands walks an account through its life on the command line, and
// asks a running server after each step.
func TestUserCommands(t *testing.T) {
	url := geotest.Database(t)
	db := []string{"--database-url", url}
	p := serve(t, "", db...)
	square(t, db...)
	run := func(to any, args ...string) {
		t.Helper()
		out := must(t, append(append(args, "--json"), db...)...)
		if err := json.Unmarshal([]byte(out), to); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	var printed struct{ Name, Password, Link, State string }
	run(&printed, "user", "add", "pic-lor", "--role", "pic", "--area", "3571011001", "--invite", "--base-url", "https://peta.kota.go.id")
	first, ok := strings.CutPrefix(printed.Link, "https://peta.kota.go.id/#undangan=")
	if !ok || len(first) != 43 || printed.Password != "" {
		t.Errorf("%+v", printed)
	}
	run(&printed, "user", "invite", "pic-lor")
	token, ok := strings.CutPrefix(printed.Link, "/#undangan=")
	if !ok || token == first {
		t.Errorf("%+v", printed)
	}
	run(&printed, "user", "password", "pic-lor")
	logIn := func() int {
		t.Helper()
		a, err := p.do(http.MethodPost, "/api/session", "", `{"name":"pic-lor","password":"`+printed.Password+`"}`, "Content-Type", "application/json", "Patok-Request", "1")
		if err != nil {
			t.Fatal(err)
		}
		return a.status
	}
	if status := logIn(); status != http.StatusCreated {
		t.Errorf("log-in: %d", status)
	}
	if out := must(t, append([]string{"user", "disable", "pic-lor", "--reason", "pindah"}, db...)...); out != "pic-lor  state: disabled\n" {
		t.Error(out)
	}
	if status := logIn(); status != http.StatusUnauthorized {
		t.Errorf("log-in of a disabled account: %d", status)
	}
	must(t, append([]string{"user", "enable", "pic-lor"}, db...)...)
	must(t, append([]string{"user", "second-factor-reset", "pic-lor"}, db...)...)
	if status := logIn(); status != http.StatusCreated {
		t.Errorf("log-in of an enabled account: %d", status)
	}
	var list struct {
		Accounts []struct {
			Name, State string
			Grants      []struct{ Role, Area string }
		}
	}
	run(&list, "user", "list")
	if len(list.Accounts) != 2 || list.Accounts[1].Name != "pic-lor" || list.Accounts[1].State != "active" || list.Accounts[1].Grants[0].Area != "35.71.01.1001" {
		t.Errorf("%+v", list)
	}
	for _, wrong := range [][]string{{"user", "add", "pic-lor", "--role", "planner"}, {"user", "add", "pic-x", "--role", "pic"},
		{"user", "invite", "nobody"}, {"user", "add", "pic-x", "--role", "pic", "--area", "99.99"}} {
		if _, code := patok(t, append(wrong, db...)...); code != 1 {
			t.Errorf("%v: exit %d", wrong, code)
		}
	}
}

func TestUserImport(t *testing.T) {
	url := geotest.Database(t)
	db := []string{"--database-url", url}
	square(t, db...)
	file := filepath.Join(t.TempDir(), "akun.csv")
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(append([]string{"nama_akun;nama;peran;wilayah"}, lines...), "\r\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pic-lor;PIC Bandar Lor;PIC;35.71.01.1001", "pic-x;PIC;PIC;35.71.01.1999")
	if _, code := patok(t, append([]string{"user", "import", file}, db...)...); code != 1 {
		t.Errorf("exit %d", code)
	}
	write("pic-lor;PIC Bandar Lor;PIC;35.71.01.1001", "pic-kidul;PIC Bandar Kidul;PIC;35.71.01.1002")
	out := must(t, append([]string{"user", "import", file, "--base-url", "https://peta.kota.go.id"}, db...)...)
	if n := len(regexp.MustCompile(`(?m)^pic-\w+  link: https://peta\.kota\.go\.id/#undangan=[\w-]{43}  state: new$`).FindAllString(out, -1)); n != 2 {
		t.Errorf("%d links in\n%s", n, out)
	}
	if out := must(t, append([]string{"user", "import", file}, db...)...); out != "pic-lor  state: exists\npic-kidul  state: exists\n" {
		t.Error(out)
	}
}

func TestTokenCommands(t *testing.T) {
	url := geotest.Database(t)
	db := []string{"--database-url", url}
	p := serve(t, "", db...)
	square(t, db...)
	var made struct {
		ID    json.Number
		Token string
	}
	if err := json.Unmarshal([]byte(must(t, append([]string{"token", "create", "--account", "admin", "--name", "QGIS", "--read-only", "--area", "35.71.01.1001",
		"--types", "posyandu,rt", "--expires", "24h", "--json"}, db...)...)), &made); err != nil {
		t.Fatal(err)
	}
	ask := func() int {
		t.Helper()
		a, err := p.do(http.MethodGet, "/api/doubts", made.Token, "")
		if err != nil {
			t.Fatal(err)
		}
		return a.status
	}
	if status := ask(); status != http.StatusOK {
		t.Errorf("with the token: %d", status)
	}
	out := must(t, append([]string{"token", "list", "--account", "admin"}, db...)...)
	if !regexp.MustCompile(`(?m)^` + made.ID.String() + `\s+QGIS\s+35\.71\.01\.1001 posyandu,rt read-only\s+2`).MatchString(out) {
		t.Error(out)
	}
	must(t, append([]string{"token", "revoke", made.ID.String()}, db...)...)
	if status := ask(); status != http.StatusUnauthorized {
		eventually(t, time.Second, "the token to be refused", func() bool { return ask() == http.StatusUnauthorized })
	}
	for _, wrong := range [][]string{{"token", "revoke", "999"}, {"token", "create", "--account", "admin", "--area", "x"}, {"token", "list", "--account", "nobody"}} {
		if _, code := patok(t, append(wrong, db...)...); code != 1 {
			t.Errorf("%v: exit %d", wrong, code)
		}
	}
}
