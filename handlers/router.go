package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

// routes is what the router can be asked about.
type routes = chi.Routes

// The patterns that several places name.
const (
	patternItems  = "/api/collections/{collection}/items"
	patternItem   = "/api/collections/{collection}/items/{id}"
	patternEvents = "/api/events"

	patternAccount = "/api/accounts/{account}"

	patternProgress = "/api/progress/{area}/{type}"
)

// buildRouter lists every route. It is long because it is the table of
// contents: one place to see what there is.
func (s *Server) buildRouter() (http.Handler, routes) {
	r := chi.NewRouter()
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.limitTime(http.HandlerFunc(s.methodNotAllowed)).ServeHTTP)

	r.Group(func(r chi.Router) {
		r.Use(s.limitTime)

		// What there is
		r.Get("/api", s.public(s.landing))
		r.Get("/api/", s.public(s.landing))
		r.Get("/api/conformance", s.public(s.conformance))
		r.Get("/api/openapi.json", s.public(s.openapi))
		r.Get("/api/docs", s.public(s.docs))
		r.Get("/api/types", s.public(s.types))
		r.Get("/api/collections", s.public(s.collections))
		r.Get("/api/collections/{collection}", s.public(s.collection))

		// Features
		r.Get(patternItems, s.public(s.items))
		r.Post(patternItems, s.edit(s.createItem))
		r.Get(patternItem, s.reader(s.item))
		r.Put(patternItem, s.edit(s.replaceItem))
		r.Patch(patternItem, s.edit(s.patchItem))
		r.Delete(patternItem, s.edit(s.deleteItem))
		r.Post(patternItem+"/restore", s.edit(s.restoreItem))
		r.Post(patternItem+"/confirm", s.edit(s.confirmItem))
		r.Post(patternItem+"/revert", s.revert())

		// Look-ups
		r.Get("/api/locate", s.public(s.locate))
		r.Get("/api/nearest", s.public(s.nearest))
		r.Get("/api/search", s.public(s.search))
		r.Get("/api/summary", s.public(s.summary))

		// People
		r.Get("/api/session", s.anyone(s.session))
		r.Post("/api/session", s.public(s.logIn))
		r.Delete("/api/session", s.public(s.logOut))
		r.Get("/api/session/oidc", s.public(s.beginSignIn))
		r.Get("/api/session/oidc/callback", s.public(s.endSignIn))
		r.Put("/api/session/view-as", s.steward(s.viewAs))
		r.Delete("/api/session/view-as", s.viewer(s.endViewing))
		r.Get("/api/account", s.member(s.account))
		r.Put("/api/account/password", s.person(s.changePassword))
		r.Delete("/api/account/sessions", s.person(s.endOtherSessions))
		r.Delete("/api/account/sessions/{session}", s.person(s.endOwnSession))
		r.Post("/api/account/second-factor", s.person(s.beginSecondFactor))
		r.Put("/api/account/second-factor", s.person(s.confirmSecondFactor))
		r.Delete("/api/account/second-factor", s.person(s.endSecondFactor))
		r.Get("/api/tokens", s.person(s.tokens))
		r.Post("/api/tokens", s.person(s.createToken))
		r.Delete("/api/tokens/{token}", s.person(s.revokeToken))
		r.Post("/api/invitations/open", s.public(s.openInvitation))
		r.Post("/api/invitations/accept", s.public(s.acceptInvitation))
		r.Get("/api/accounts", s.steward(s.accounts))
		r.Post("/api/accounts", s.steward(s.createAccount))
		r.Post("/api/accounts/import", s.steward(s.importAccounts))
		r.Get(patternAccount, s.steward(s.accountDetails))
		r.Patch(patternAccount, s.steward(s.changeAccount))
		r.Get(patternAccount+"/history", s.steward(s.accountHistory))
		r.Post(patternAccount+"/invitation", s.steward(s.invite))
		r.Delete(patternAccount+"/sessions", s.steward(s.ofAccount(s.endAllSessions)))
		r.Delete(patternAccount+"/sessions/{session}", s.steward(s.ofAccount(s.endSession)))
		r.Delete(patternAccount+"/second-factor", s.steward(s.ofAccount(s.resetSecondFactor)))
		r.Delete(patternAccount+"/tokens/{token}", s.steward(s.ofAccount(s.revoke)))
		r.Post(patternAccount+"/grants", s.steward(s.addGrant))
		r.Patch("/api/grants/{grant}", s.steward(s.endGrant))
		r.Post("/api/grants/{grant}/hand-over", s.steward(s.handOver))
		r.Get("/api/audit", s.member(s.auditLog))
		r.Get("/api/settings", s.reader(s.readSettings))
		r.Put("/api/settings", s.member(s.writeSettings))
		r.Get("/api/doubts", s.member(s.doubts))

		// Progress
		r.Get("/api/progress", s.member(s.progress))
		r.Get("/api/progress.csv", s.member(s.progressCSV))
		r.Get("/api/progress.xlsx", s.member(s.progressXLSX))
		r.Put("/api/progress/targets", s.member(s.changeGoals))
		r.Put(patternProgress+"/declaration", s.member(s.declareProgress))
		r.Put(patternProgress+"/confirmation", s.member(s.confirmProgress))

		// Review
		r.Get("/api/proposals", s.member(s.proposals))
		r.Get("/api/proposals/counts", s.member(s.proposalCounts))
		r.Post("/api/proposals/approve", s.member(s.approveMany))
		r.Get(patternProposal, s.member(s.proposal))
		r.Patch(patternProposal, s.member(s.correctProposal))
		r.Post(patternProposal+"/approve", s.member(s.decide(geo.ActApproved)))
		r.Post(patternProposal+"/return", s.member(s.decide(geo.ActReturned)))
		r.Post(patternProposal+"/reject", s.member(s.decide(geo.ActRejected)))
		r.Post(patternProposal+"/withdraw", s.member(s.decide(geo.ActWithdrawn)))

		// History
		r.Get(patternItem+"/history", s.member(s.history))
		r.Get("/api/history", s.member(s.revisions))
		r.Post("/api/history/undo", s.member(s.undo))

		// Planning
		r.Post("/api/coverage", s.asker(s.coverage))
		r.Get("/api/coverage/{run}", s.asker(s.coverageRun))
		r.Delete("/api/coverage/{run}", s.asker(s.stopCoverage))
		r.Get("/api/scenarios", s.member(s.scenarios))
		r.Post("/api/scenarios", s.member(s.createScenario))
		r.Get(patternScenario, s.member(s.scenario))
		r.Patch(patternScenario, s.member(s.changeScenario))
		r.Delete(patternScenario, s.member(s.removeScenario))
		for _, f := range scenarioFiles() {
			r.Get(patternScenario+"."+f.extension, s.member(s.exportScenario(f)))
		}

		// Tiles
		r.Get("/api/collections/{collection}/tiles/WebMercatorQuad/{z}/{row}/{col}", s.public(s.collectionTile))
		r.Get("/tiles/{layers}.json", s.public(s.tileJSON))
		r.Get("/tiles/{layers}/metadata.json", s.public(s.tileJSON))
		r.Get("/tiles/{layers}/{z}/{x}/{y}.{ext}", s.public(s.xyzTile))
		r.Get("/styles/{name}.json", s.public(s.style))

		// The page
		r.Get("/", s.index)
		for _, pattern := range s.page.patterns() {
			r.Get(pattern, s.file)
		}

		// Health
		r.Get("/healthz", s.healthz)
		r.Get("/readyz", s.readyz)
	})
	r.Get(patternEvents, s.public(s.events))

	// From the outside in: what every request goes through.
	layers := []func(http.Handler) http.Handler{s.clientAddresses(), s.edge, s.protect, s.checkHost, headAsGet(r)}
	var h http.Handler = r
	for i := len(layers) - 1; i >= 0; i-- {
		h = layers[i](h)
	}
	return h, r
}

// headAsGet answers HEAD wherever GET is answered. net/http leaves the body out.
func headAsGet(all routes) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if routing := chi.RouteContext(r.Context()); r.Method == http.MethodHead && routing != nil {
				routing.RouteMethod = http.MethodGet
			}
			next.ServeHTTP(w, r)
		})
	}
}
