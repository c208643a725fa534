package auth_test

import (
	"bytes"
	"context"
	"image/png"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/store"
)

func TestMain(m *testing.M) { geotest.Main(m) }

const (
	password = "kuda-lumping-hujan"
	lor      = "35.71.01.1001"
	home     = "198.51.100.2"
	attacker = "203.0.113.9"
)

// door is a service over a database with the kelurahan Bandar Lor, its PIC, and
// an administrator.
type door struct {
	t testing.TB
	*auth.Service
	db       *store.Store
	sql      *pgx.Conn // as the database's owner
	url      string    // of the server's role
	ops, pic geo.Principal
	now      atomic.Pointer[time.Time] // nil is the true time
}

func (d *door) clock() time.Time {
	if at := d.now.Load(); at != nil {
		return *at
	}
	return time.Now()
}

func (d *door) at(now time.Time) { d.now.Store(&now) }

func newDoor(t testing.TB) *door {
	t.Helper()
	d := &door{t: t, ops: geo.System("test")}
	owner := geotest.Database(t)
	d.url = geotest.AppURL(t, owner)
	var err error
	d.sql, err = pgx.Connect(t.Context(), owner)
	d.must(err)
	t.Cleanup(func() { _ = d.sql.Close(context.Background()) })
	d.exec(`insert into areas (code, name, kind, derived) values ('35', 'Jawa Timur', 'provinsi', true), ('35.71', 'Kota Kediri', 'kota', true), ('35.71.01', 'Mojoroto', 'kecamatan', true)`)
	d.exec(`insert into areas (code, name, kind, boundary) values ('35.71.01.1001', 'Bandar Lor', 'kelurahan', st_multi(st_makeenvelope(112, -7.81, 112.01, -7.8, 4326)))`)
	d.db, err = store.Open(t.Context(), d.url, store.Options{})
	d.must(err)
	t.Cleanup(d.db.Close)
	d.Service = auth.NewService(d.db, auth.Options{Now: d.clock})
	d.pic = d.person("pic-lor", geo.Grant{Role: geo.RolePIC, AreaCode: lor})
	return d
}

func (d *door) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) exec(sql string, args ...any) {
	d.t.Helper()
	_, err := d.sql.Exec(d.t.Context(), sql, args...)
	d.must(err)
}

func (d *door) count(sql string, args ...any) (n int) {
	d.t.Helper()
	d.must(d.sql.QueryRow(d.t.Context(), sql, args...).Scan(&n))
	return n
}

// person makes an account with the tests' password.
func (d *door) person(name string, grants ...geo.Grant) geo.Principal {
	d.t.Helper()
	hash, err := d.Hash(d.t.Context(), password)
	d.must(err)
	made, err := d.db.CreateAccounts(d.t.Context(), d.ops, []geo.NewAccount{{Account: geo.Account{PasswordHash: hash,
		Principal: geo.Principal{Name: name, Title: "PIC Kelurahan Bandar Lor", Grants: grants}}}})
	d.must(err)
	return made[0].Principal
}

// logIn logs in with the right password.
func (d *door) logIn(name string) (token string, p geo.Principal) {
	d.t.Helper()
	token, p, err := d.LogIn(d.t.Context(), geo.LogIn{Name: name, Password: password, Address: home, Agent: "Firefox"})
	d.must(err)
	return token, p
}

func (d *door) want(kind geo.Kind, err error) *geo.Error {
	d.t.Helper()
	if err == nil || geo.KindOf(err) != kind {
		d.t.Fatalf("got %v, want kind %s", err, kind)
	}
	e, _ := err.(*geo.Error)
	return e
}

func TestLogInAndOut(t *testing.T) {
	d := newDoor(t)
	token, p := d.logIn(" PIC-lor ")
	if p.SessionID == 0 || p.AccountID != d.pic.AccountID {
		t.Errorf("%+v", p)
	}
	again, err := d.FromSession(t.Context(), token)
	if err != nil || again.SessionID != p.SessionID || !geo.Can(again, geo.ActionEdit, geo.Target{Area: lor}, time.Now()) {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := d.FromBearer(t.Context(), token); geo.KindOf(err) != geo.Unauthorized {
		t.Errorf("a cookie's token as a bearer token: %v", err)
	}
	d.must(d.LogOut(t.Context(), token))
	_, err = d.FromSession(t.Context(), token)
	d.want(geo.Unauthorized, err)
	d.must(d.LogOut(t.Context(), token))
}

// TestRefusalsAreAlike holds unknown, disabled and passwordless accounts and
// wrong passwords to one answer after one time.
func TestRefusalsAreAlike(t *testing.T) {
	d := newDoor(t)
	d.person("disabled")
	d.exec(`update accounts set disabled_at = now() where name = 'disabled'`)
	_, err := d.db.CreateAccounts(t.Context(), d.ops, []geo.NewAccount{{Account: geo.Account{Principal: geo.Principal{Name: "invited", Title: "x"}}}})
	d.must(err)
	tries := map[string]geo.LogIn{"wrong": {Name: "pic-lor", Password: "x"}, "unknown": {Name: "nobody", Password: password},
		"disabled": {Name: "disabled", Password: password}, "invited": {Name: "invited", Password: ""}, "long name": {Name: strings.Repeat("x", 5000), Password: password},
		"long password": {Name: "pic-lor", Password: strings.Repeat("x", 5000)}}
	best := map[string]time.Duration{}
	var message geo.Text
	for i := range 3 {
		d.at(time.Now().Add(time.Duration(i) * time.Hour)) // the brakes have forgotten
		for name, l := range tries {
			begin := time.Now()
			_, _, err := d.LogIn(t.Context(), l)
			took := time.Since(begin)
			e := d.want(geo.Unauthorized, err)
			if message == (geo.Text{}) {
				message = e.Message
			}
			if e.Message != message || len(e.Fields) > 0 {
				t.Errorf("%s: %v", name, e)
			}
			if best[name] == 0 || took < best[name] {
				best[name] = took
			}
		}
	}
	for name, took := range best {
		if took < best["wrong"]/4 {
			t.Errorf("%s is told from a wrong password by its time: %s and %s", name, took, best["wrong"])
		}
	}
	t.Logf("least times of three: %v", best)
	if n := d.count(`select count(*) from audit where action = 'login_refused' and target not in ('', 'pic-lor', 'disabled', 'invited')`); n != 0 {
		t.Errorf("%d lines keep a name that nobody has", n)
	}
}

func TestSetPassword(t *testing.T) {
	d := newDoor(t)
	kept, p := d.logIn("pic-lor")
	other, _ := d.logIn("pic-lor")
	d.want(geo.Unauthorized, d.SetPassword(t.Context(), p, "wrong", "gunung tinggi biru", home))
	for changed, code := range map[string]string{"short": "too_short", "bandarlor1": "common", "corvette": "common"} {
		if e := d.want(geo.Invalid, d.SetPassword(t.Context(), p, password, changed, home)); e.Fields[0].Pointer != "/new" || e.Fields[0].Code != code {
			t.Errorf("%s: %+v", changed, e.Fields)
		}
	}
	looking := p
	looking.ReadOnly = true
	d.want(geo.Forbidden, d.SetPassword(t.Context(), looking, password, "gunung tinggi biru", home))
	d.want(geo.Forbidden, d.SetPassword(t.Context(), d.pic, password, "gunung tinggi biru", home)) // without a session
	d.must(d.SetPassword(t.Context(), p, password, "gunung tinggi biru", home))
	d.Withdraw([]int64{p.AccountID})
	if _, err := d.FromSession(t.Context(), kept); err != nil {
		t.Error(err)
	}
	_, err := d.FromSession(t.Context(), other)
	d.want(geo.Unauthorized, err)
	_, _, err = d.LogIn(t.Context(), geo.LogIn{Name: "pic-lor", Password: password, Address: home})
	d.want(geo.Unauthorized, err)
}

func TestInvited(t *testing.T) {
	d := newDoor(t)
	token, hash, until := d.NewInvitation()
	if days := time.Until(until).Hours() / 24; days < 6.9 || days > 7.1 {
		t.Errorf("good for %f days", days)
	}
	_, err := d.db.Invite(t.Context(), d.ops, d.pic.AccountID, hash, until)
	d.must(err)
	old, _ := d.logIn("pic-lor")
	for range 60 { // opening it is no guess
		i, err := d.OpenInvitation(t.Context(), token, home)
		if err != nil || i.Account.Name != "pic-lor" || i.Purpose != geo.PurposeReset {
			t.Fatalf("%+v %v", i, err)
		}
	}
	if _, _, err := d.LogInInvited(t.Context(), token, "bandarlor", home, ""); d.want(geo.Invalid, err).Fields[0].Pointer != "/password" {
		t.Error(err)
	}
	session, p, err := d.LogInInvited(t.Context(), token, "gunung tinggi biru", home, "Firefox")
	d.must(err)
	if got, err := d.FromSession(t.Context(), session); err != nil || got.AccountID != p.AccountID {
		t.Errorf("%+v %v", got, err)
	}
	_, err = d.FromSession(t.Context(), old)
	d.want(geo.Unauthorized, err)
	_, _, err = d.LogInInvited(t.Context(), token, "gunung tinggi biru", home, "")
	d.want(geo.NotFound, err)
	var last error
	for range 60 {
		guess, _ := auth.NewToken()
		_, last = d.OpenInvitation(t.Context(), guess, attacker)
	}
	if e := d.want(geo.RateLimited, last); e.RetryAfter <= 0 {
		t.Errorf("%+v", e)
	}
}

func TestSecondFactor(t *testing.T) {
	d := newDoor(t)
	ctx := t.Context()
	now := time.Now().Truncate(30 * time.Second)
	d.at(now)
	_, p := d.logIn("pic-lor")
	_, _, _, err := d.BeginSecondFactor(ctx, p, "wrong", home)
	d.want(geo.Unauthorized, err)
	secret, uri, qr, err := d.BeginSecondFactor(ctx, p, password, home)
	d.must(err)
	if picture, err := png.Decode(bytes.NewReader(qr)); err != nil || picture.Bounds().Dx() < 200 || !strings.HasPrefix(uri, "otpauth://totp/Patok:pic-lor?") || !strings.Contains(uri, secret) {
		t.Errorf("%s %v", uri, err)
	}
	d.logIn("pic-lor") // not in force yet
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(secret, at)
		d.must(err)
		return c
	}
	d.want(geo.Invalid, d.ConfirmSecondFactor(ctx, p, "000000"))
	d.must(d.ConfirmSecondFactor(ctx, p, code(now)))
	_, _, _, err = d.BeginSecondFactor(ctx, p, password, home)
	d.want(geo.Conflict, err)

	try := func(code string) error {
		_, got, err := d.LogIn(ctx, geo.LogIn{Name: "pic-lor", Password: password, Code: code, Address: home})
		if err == nil && !got.SecondFactor {
			t.Errorf("%+v", got)
		}
		return err
	}
	if e := d.want(geo.Unauthorized, try("")); len(e.Fields) != 1 || e.Fields[0].Code != "second_factor" {
		t.Errorf("%+v", e)
	}
	if e := d.want(geo.Unauthorized, try(code(now))); len(e.Fields) != 0 { // it confirmed: used
		t.Errorf("%+v", e)
	}
	later := now.Add(30 * time.Second)
	var in atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if try(code(later)) == nil {
				in.Add(1)
			}
		})
	}
	group.Wait()
	if in.Load() != 1 {
		t.Errorf("one code let in %d times", in.Load())
	}
	var last error
	for range 12 {
		last = try("000000")
	}
	d.want(geo.RateLimited, last)
	d.want(geo.Conflict, d.ResetSecondFactor(ctx, p, p.AccountID))
	d.must(d.ResetSecondFactor(ctx, d.ops, p.AccountID))
	d.at(now.Add(time.Hour))
	d.logIn("pic-lor")
}

func TestBasicWantsTheAccountsName(t *testing.T) {
	d := newDoor(t)
	token, hash := auth.NewToken()
	_, err := d.db.CreateToken(t.Context(), d.ops, d.pic.AccountID, geo.Token{Name: "QGIS"}, hash)
	d.must(err)
	if p, err := d.FromBasic(t.Context(), "pic-lor", token); err != nil || p.AccountID != d.pic.AccountID || !p.Token {
		t.Errorf("%+v %v", p, err)
	}
	for _, l := range [][2]string{{"admin", token}, {"", token}, {"pic-lor", password}, {"pic-lor", ""}} {
		_, err := d.FromBasic(t.Context(), l[0], l[1])
		d.want(geo.Unauthorized, err)
	}
}

func TestSSO(t *testing.T) {
	d := newDoor(t)
	d.exec(`update accounts set sso = 'sri@kota.go.id'`)
	token, p, err := d.LogInSSO(t.Context(), "sri@kota.go.id", home, "Firefox")
	d.must(err)
	if got, err := d.FromSession(t.Context(), token); err != nil || got.AccountID != p.AccountID {
		t.Errorf("%+v %v", got, err)
	}
	_, _, err = d.LogInSSO(t.Context(), "other@kota.go.id", home, "")
	d.want(geo.Unauthorized, err)
	d.exec(`update accounts set disabled_at = now()`)
	_, _, err = d.LogInSSO(t.Context(), "sri@kota.go.id", home, "")
	d.want(geo.Unauthorized, err)
}

// TestAThousandWrongPasswordsASecond floods one account from one address, and
// prints what that costs. The owner gets in from elsewhere meanwhile, after the
// wait that they are told.
func TestAThousandWrongPasswordsASecond(t *testing.T) {
	d := newDoor(t)
	const seconds = 5
	var hashed, refused, busy atomic.Int64
	var slowest atomic.Int64
	var group sync.WaitGroup
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	var peak uint64
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var waits []time.Duration // that the owner was told
	var ownerIn time.Duration
	for i := range seconds * 1000 {
		<-tick.C
		if i == 200 {
			group.Go(func() {
				asked := time.Now()
				for {
					_, _, err := d.LogIn(t.Context(), geo.LogIn{Name: "pic-lor", Password: password, Address: home})
					ownerIn = time.Since(asked)
					e, ok := err.(*geo.Error)
					if !ok || e.RetryAfter == 0 || len(waits) > 3 {
						if err != nil {
							t.Errorf("the owner: %v", err)
						}
						return
					}
					waits = append(waits, e.RetryAfter)
					time.Sleep(e.RetryAfter)
				}
			})
		}
		group.Go(func() {
			asked := time.Now()
			_, _, err := d.LogIn(t.Context(), geo.LogIn{Name: "pic-lor", Password: "wrong", Address: attacker})
			switch took := time.Since(asked); {
			case geo.KindOf(err) == geo.Unauthorized:
				hashed.Add(1)
			case geo.KindOf(err) == geo.RateLimited:
				refused.Add(1)
				slowest.Store(max(slowest.Load(), int64(took)))
			default:
				busy.Add(1)
			}
		})
		if i%500 == 0 {
			runtime.ReadMemStats(&after)
			peak = max(peak, after.HeapInuse)
		}
	}
	group.Wait()
	took := time.Since(begin)
	lines := d.count(`select count(*) from audit where action like 'login_%'`)
	told := d.count(`select coalesce(sum((detail->>'tries')::int), 0) from audit where action = 'login_throttled'`)
	t.Logf("%d tries in %s: %d hashes (%.1f a second), %d refused, slowest refusal %s, %d audit lines that tell of %d, %d MiB of heap at most, %d before",
		seconds*1000, took.Round(time.Millisecond), hashed.Load(), float64(hashed.Load())/took.Seconds(), refused.Load(),
		time.Duration(slowest.Load()), lines, told, peak>>20, before.HeapInuse>>20)
	if hashed.Load() > 12 || busy.Load() > 0 || lines > 15 || hashed.Load()+refused.Load() != seconds*1000 {
		t.Errorf("%d hashes, %d answers of another kind, %d lines", hashed.Load(), busy.Load(), lines)
	}
	t.Logf("the owner, a moment into it, was told to wait %v and was in after %s", waits, ownerIn.Round(time.Millisecond))
}
