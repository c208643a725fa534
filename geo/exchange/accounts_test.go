package exchange

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

func TestAccounts(t *testing.T) {
	wib := geo.ZoneAt(112)
	file := "\ufeffNama Akun;Nama;Peran;Wilayah;Jenis;Mulai;Sampai;SSO\r\n" +
		"PIC-1001;PIC Bandar Lor;Operator Kelurahan;35.71.01.1001;posyandu rt;1/12/2026;31/12/2026;a@kota.go.id\r\n" +
		"lurah;=cmd|' /C calc'!A0;lurah;3571011001;;2026-12-01;;\r\n" +
		"x;X;raja;9;;kapan;;\r\n"
	var rows []geo.AccountRow
	for row, err := range Accounts(Bytes("akun.csv", []byte(file)), wib) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	first := rows[0].Account
	grant := first.Grants[0]
	if rows[0].Row != 2 || len(rows[0].Refused) > 0 || first.Name != "pic-1001" || first.Title != "PIC Bandar Lor" || first.SSO != "a@kota.go.id" ||
		grant.Role != geo.RolePIC || grant.AreaCode != "35.71.01.1001" || fmt.Sprint(grant.Types) != "[posyandu rt]" ||
		!grant.From.Equal(time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)) || !grant.Until.Equal(time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)) {
		t.Errorf("first row %+v", rows[0])
	}
	second := rows[1].Account
	if len(rows[1].Refused) > 0 || second.Title != "=cmd|' /C calc'!A0" || second.Grants[0].Role != geo.RoleReviewer || second.Grants[0].AreaCode != "35.71.01.1001" ||
		second.Grants[0].Types != nil || !second.Grants[0].Until.IsZero() {
		t.Errorf("a cell that looks like a formula is just text: %+v", rows[1])
	}
	if said := fmt.Sprint(rows[2].Refused); len(rows[2].Refused) != 3 || !strings.Contains(said, "raja") || !strings.Contains(said, "kapan") {
		t.Errorf("third row %+v", rows[2].Refused)
	}
}

func TestAccountsRefuseAMisspeltColumn(t *testing.T) {
	for row, err := range Accounts(Bytes("akun.csv", []byte("nama_akun,nama,peran,wilayah,jenis aset\na,A,pic,35.71,rt\n")), time.UTC) {
		if err != nil || len(row.Refused) != 1 || !strings.Contains(row.Refused[0].EN, "jenis_aset") {
			t.Errorf("%+v %v", row, err)
		}
	}
}
