package handlers

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
)

// The limits of a file of accounts.
const (
	maxAccountsBytes = 2 << 20
	maxAccounts      = 2000
)

// accountRow is what becomes of a line of a file of accounts.
type accountRow struct {
	Row     int      `json:"row"`
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Outcome string   `json:"outcome"` // new, exists or refused
	Reasons []string `json:"reasons"`
	Link    *string  `json:"link"`

	account geo.Account
}

// importAccounts creates the accounts of a CSV file with their invitations, all
// or none. Those that are there already are left as they are, so that a file
// can be sent again.
func (s *Server) importAccounts(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	q, err := readParams(r, "dry_run")
	if err != nil {
		return err
	}
	dry, err := q.flag("dry_run")
	if err != nil {
		return err
	}
	rows, err := s.readAccounts(w, r, p, at)
	if err != nil {
		return err
	}
	if err := s.findTaken(r, p, rows); err != nil {
		return err
	}
	created, refused := 0, 0
	for _, row := range rows {
		switch row.Outcome {
		case "new":
			created++
		case "refused":
			refused++
		}
	}
	if refused > 0 && !dry {
		return &refusal{status: http.StatusUnprocessableEntity, slug: "invalid", detail: geo.Text{
			ID: fmt.Sprintf("%d baris ditolak; belum ada akun yang dibuat.", refused), EN: fmt.Sprintf("%d rows are refused; no account was created.", refused)},
			extra: map[string]any{"dry_run": false, "created": 0, "refused": refused, "rows": rows}}
	}
	if !dry && created > 0 {
		if err := s.createInvited(r, p, rows); err != nil {
			return err
		}
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"dry_run": dry, "created": created, "refused": refused, "rows": rows})
}

// readAccounts reads the file, and says of each line what is wrong with it.
func (s *Server) readAccounts(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) ([]*accountRow, error) {
	if err := contentType(r, typeCSV); err != nil {
		return nil, err
	}
	why, err := reason(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAccountsBytes))
	if err != nil {
		return nil, err
	}
	lang, seen := language(r), map[string]bool{}
	rows := []*accountRow{}
	for line, err := range exchange.Accounts(exchange.Bytes("akun.csv", body), s.zone(at)) {
		if err != nil {
			return nil, err
		}
		if len(rows) == maxAccounts {
			return nil, &geo.Error{Kind: geo.TooLarge, Op: "handlers.readAccounts", Message: geo.Text{
				ID: fmt.Sprintf("Paling banyak %d akun sekali kirim.", maxAccounts), EN: fmt.Sprintf("At most %d accounts at a time.", maxAccounts)}}
		}
		a := line.Account
		a.SSO = plainSubject(a.SSO)
		row := &accountRow{Row: line.Row, Name: a.Name, Title: a.Title, Outcome: "new", Reasons: []string{}}
		for _, t := range line.Refused {
			row.refuse(t.In(lang))
		}
		for i := range a.Grants {
			a.Grants[i].Reason = why
			if !geo.Can(p, geo.ActionAdminister, geo.Target{Area: a.Grants[i].AreaCode}, s.Clock()) {
				row.refuse(geo.Text{ID: "Wilayahnya di luar kewenangan Anda.", EN: "Its area is not yours to administer."}.In(lang))
			}
		}
		if row.account = a; len(line.Refused) == 0 {
			for _, problem := range geo.CheckAccount(a, known{at}) {
				row.refuse(problem.Message.In(lang))
			}
		}
		if seen[a.Name] {
			row.refuse(geo.Text{ID: "Nama akun ini sudah ada pada baris sebelumnya.", EN: "This account name stands on an earlier line."}.In(lang))
		}
		seen[a.Name] = true
		rows = append(rows, row)
	}
	return rows, nil
}

func (row *accountRow) refuse(why string) {
	row.Outcome = "refused"
	row.Reasons = append(row.Reasons, why)
}

// zone is that of the city, in which days begin.
func (s *Server) zone(at *index.Snapshot) *time.Location {
	for _, level := range []geo.Level{geo.LevelKabupaten, geo.LevelKelurahan} {
		if bound, ok := at.Extent(level.Collection()); ok {
			return geo.ZoneAt(bound.Center().Lon())
		}
	}
	return geo.ZoneAt(0)
}

// newOnes are the rows to create.
func newOnes(rows []*accountRow) []*accountRow {
	var list []*accountRow
	for _, row := range rows {
		if row.Outcome == "new" {
			list = append(list, row)
		}
	}
	return list
}

// findTaken asks the database about the rows that are right in themselves:
// those whose name is taken are there already, others that it would not take
// are refused.
func (s *Server) findTaken(r *http.Request, p geo.Principal, rows []*accountRow) error {
	fresh := newOnes(rows)
	list := make([]geo.NewAccount, len(fresh))
	for i, row := range fresh {
		list[i].Account = row.account
	}
	err := s.Store.CheckAccounts(r.Context(), p, list)
	e, ok := errors.AsType[*geo.Error](err)
	if err == nil || !ok || len(e.Fields) == 0 {
		return err
	}
	for _, f := range e.Fields {
		number, member, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		i, convErr := strconv.Atoi(number)
		switch {
		case convErr != nil || i < 0 || i >= len(fresh):
			return err
		case member == "name" && f.Code == "taken":
			fresh[i].Outcome = "exists"
		default:
			fresh[i].refuse(f.Message.In(language(r)))
		}
	}
	return nil
}

// createInvited creates the new rows, and puts their links beside them.
func (s *Server) createInvited(r *http.Request, p geo.Principal, rows []*accountRow) error {
	fresh := newOnes(rows)
	list := make([]geo.NewAccount, len(fresh))
	links := make([]string, len(fresh))
	for i, row := range fresh {
		token, hash, until := s.Auth.NewInvitation()
		list[i] = geo.NewAccount{Account: row.account, InvitationHash: hash, InvitedUntil: until}
		links[i] = s.invitationLink(r, token)
	}
	if _, err := s.Store.CreateAccounts(r.Context(), p, list); err != nil {
		return err
	}
	s.Follower.Wake()
	for i, row := range fresh {
		row.Link = &links[i]
	}
	return nil
}
