package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
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

	patternFigures = "/api/figures/{source}/{period}"
)

// buildRouter lists every route. It is long because it is the table of
// contents: one place to see what there is.
func (s *Server) buildRouter() (http.Handler, routes) {
	r := chi.NewRouter()
	// From the outside in: what every request goes through.
	r.Use(s.clientAddresses(), s.edge, s.protect, s.checkHost, headAsGet)
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

		// Figures
		r.Get("/api/indicators", s.reader(s.indicators))
		r.Get(patternFigures, s.reader(s.figures(figuresJSON)))
		for _, form := range []figuresForm{figuresCSV, figuresXLSX, figuresGeoJSON} {
			r.Get(patternFigures+"."+form.extension, s.reader(s.figures(form)))
		}
		r.Get(patternFigures+"/changes", s.reader(s.figuresChanges))
		r.Get("/api/publications", s.public(s.publications))
		r.Post("/api/publications", s.member(s.publish))

		r.Put("/api/indicators/{code}", s.member(s.putIndicator))

		// Batches
		r.Get("/api/batches", s.member(s.batches))
		r.Post("/api/batches", s.member(s.openBatch))
		r.Get("/api/batches/overview", s.member(s.batchOverview))
		r.Get("/api/batches/counts", s.member(s.batchCounts))
		r.Post("/api/batches/approve", s.member(s.approveBatches))
		r.Get(patternBatch, s.member(s.batch))
		r.Get(patternBatch+"/values", s.member(s.batchValues))
		r.Put(patternBatch+"/values", s.member(s.putBatchValues))
		r.Get(patternBatch+"/difference", s.member(s.batchDifference))
		r.Put(patternBatch+"/minutes", s.member(s.putMinutes))
		r.Get(patternScan, s.member(s.scan))
		r.Put(patternScan, s.member(s.putScan))
		r.Delete(patternScan, s.member(s.purgeScan))
		r.Post(patternBatch+"/send", s.member(s.decideBatch(indicator.ActSent)))
		r.Post(patternBatch+"/approve", s.member(s.decideBatch(indicator.ActApproved)))
		r.Post(patternBatch+"/return", s.member(s.decideBatch(indicator.ActReturned)))
		r.Post(patternBatch+"/withdraw", s.member(s.decideBatch(indicator.ActWithdrawn)))
		r.Put(patternBatch+"/marks/{mark}", s.member(s.putMark))
		r.Delete(patternBatch+"/marks/{mark}", s.member(s.removeMark))
		r.Get("/api/reconciliation", s.member(s.reconciliation))

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

		// Releases and files
		for _, form := range downloadForms() {
			r.Get(patternItems+"."+form.extension, s.reader(s.download(form)))
		}
		r.Get("/api/releases", s.reader(s.releases))
		r.Get(patternRelease, s.reader(s.release))
		r.Get(patternRelease+"/files/{file}", s.public(s.releaseFile))
		r.Get(patternRelease+"/files/internal/{file}", s.member(s.internalReleaseFile))

		// Files in
		r.Get("/api/imports", s.member(s.receipts))
		r.Get(patternImport, s.member(s.receipt))
		r.Post(patternImport+"/undo", s.member(s.undoImport))

		// What tiles there are
		r.Get("/tiles/{layers}.json", s.public(s.tileJSON))
		r.Get("/tiles/{layers}/metadata.json", s.public(s.tileJSON))
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

	// Tiles from memory; what has to be made for one has a time of its own
	r.Get("/api/collections/{collection}/tiles/WebMercatorQuad/{z}/{row}/{col}", s.public(s.collectionTile))
	r.Get("/tiles/{layers}/{z}/{x}/{y}.{ext}", s.public(s.xyzTile))

	// Files in, with a time of their own
	r.Post("/api/imports/inspect", s.member(s.takesFiles(s.inspectImport)))
	r.Post("/api/imports", s.member(s.takesFiles(s.importFile)))
	r.Post("/api/releases", s.member(s.createRelease)) // has a time of its own

	return r, r
}

// headAsGet answers HEAD wherever GET is answered. net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			chi.RouteContext(r.Context()).RouteMethod = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}
