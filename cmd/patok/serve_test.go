package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes a self-signed certificate for 127.0.0.1.
func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pool = x509.NewCertPool()
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER), pool
}

// TestLogInByTLS serves with certificate files, logs in as a browser would, and
// wants a cookie that no other host and no plain connection can set or read.
func TestLogInByTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	folder := dataDir(t)
	p := serve(t, folder, "--tls-cert", cert, "--tls-key", key)
	var made struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	if err := json.Unmarshal([]byte(must(t, "user", "add", "admin", "--role", "administrator", "--json", "--data-dir", folder)), &made); err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	body, _ := json.Marshal(made)
	request, err := http.NewRequest(http.MethodPost, p.url+"/api/session", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Patok-Request", "1")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusCreated || !strings.HasPrefix(p.url, "https://") {
		t.Fatalf("%s %s %s", p.url, response.Status, answer)
	}
	cookie := response.Header.Get("Set-Cookie")
	for _, want := range []string{"__Host-patok=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	if response.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS by TLS")
	}
}

// TestPublicAddressSaysWhatIsMissing wants the warning, and log-in refused.
func TestPublicAddressSaysWhatIsMissing(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder, "--listen", "0.0.0.0:0")
	if log := p.log.String(); !strings.Contains(log, "has no TLS") || !strings.Contains(log, "--acme-domains") {
		t.Errorf("the log does not say what is missing:\n%s", log)
	}
}

func TestReadFileVariables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(path, []byte("postgres://secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	set := func(name, value string) error { got[name] = value; return nil }
	err := readFileVariables([]string{"PATOK_DATABASE_URL_FILE=" + path, "OTHER_FILE=" + path, "PATOK_LISTEN=:80"}, set)
	if err != nil || len(got) != 1 || got["PATOK_DATABASE_URL"] != "postgres://secret" {
		t.Errorf("%v, %v", got, err)
	}
	if readFileVariables([]string{"PATOK_X_FILE=/no/such/file"}, set) == nil {
		t.Error("a file that is not there is no error")
	}
}
