package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/index"
)

// maxEventChanges is how many changes one event lists; beyond it a page reads
// everything anew.
const maxEventChanges = 500

// writeWithin is how long a frame may take to reach a client.
const writeWithin = 10 * time.Second

// eventInfo is the data of one revision.
type eventInfo struct {
	Revision    int64        `json:"revision"`
	CommittedAt string       `json:"committed_at"`
	Changes     []changeInfo `json:"changes,omitempty"`
	Many        bool         `json:"many,omitempty"`
}

type changeInfo struct {
	Collection string          `json:"collection"`
	ID         int64           `json:"id"`
	Op         geo.Operation   `json:"op"`
	Extent     json.RawMessage `json:"extent"`
}

// events streams what changes, one frame per revision (server-sent events,
// HTML Living Standard section 9.2), to the public like to everybody else.
func (s *Server) events(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	p, err := readParams(r, "last_event_id")
	if err != nil {
		return err
	}
	if err := accepts(r, "text/event-stream"); err != nil {
		return err
	}
	after, known := lastEvent(r, p)
	subscription, err := s.Hub.Subscribe(after)
	if err != nil {
		return err
	}
	defer subscription.Close()
	stream := &stream{w: w, control: http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	h.Set("Patok-Revision", strconv.FormatInt(subscription.Revision, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	stream.send("retry: 1000\n")
	stream.event("", "hello", map[string]any{"revision": subscription.Revision, "epoch": subscription.Epoch})
	if !known {
		stream.event("", "reload", struct{}{})
	}
	s.follow(r, stream, subscription)
	return nil
}

// lastEvent is the revision that the client has. known is false when it names
// something that is none.
func lastEvent(r *http.Request, p params) (after *int64, known bool) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = p["last_event_id"]
	}
	if text == "" {
		return nil, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, false
	}
	return &n, true
}

// follow sends frames until the client goes, the stream is too old, the
// server closes, or the reader has missed something.
func (s *Server) follow(r *http.Request, out *stream, subscription *feed.Subscription) {
	heartbeat := time.NewTicker(s.Heartbeat)
	defer heartbeat.Stop()
	end := time.NewTimer(s.StreamAge)
	defer end.Stop()
	for out.err == nil {
		select {
		case e, open := <-subscription.Events:
			if !open {
				if subscription.Reload() {
					out.event("", "reload", struct{}{})
				}
				return
			}
			out.event(strconv.FormatInt(e.Revision, 10), "revision", eventOf(e))
		case <-heartbeat.C:
			out.send(":\n\n")
		case <-end.C:
			return
		case <-s.closing:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func eventOf(e geo.Event) eventInfo {
	info := eventInfo{Revision: e.Revision, CommittedAt: e.CommittedAt.UTC().Format(time.RFC3339Nano)}
	if len(e.Changes) > maxEventChanges {
		info.Many = true
		return info
	}
	for _, c := range e.Changes {
		change := changeInfo{Collection: c.Collection, ID: c.ID, Op: c.Operation}
		if c.Extent != nil {
			change.Extent = appendBound(nil, *c.Extent)
		}
		info.Changes = append(info.Changes, change)
	}
	return info
}

// stream writes frames and flushes them. After an error it writes nothing more.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (s *stream) event(id, name string, data any) {
	body, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	frame := fmt.Sprintf("event: %s\ndata: %s\n\n", name, body)
	if id != "" {
		frame = "id: " + id + "\n" + frame
	}
	s.send(frame)
}

// send writes a frame under a deadline of its own: a stream has none as a
// whole, and a client that is gone must not hold the goroutine.
func (s *stream) send(frame string) {
	if s.err != nil {
		return
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(writeWithin)) // not every writer has deadlines
	if _, s.err = s.w.Write([]byte(frame)); s.err == nil {
		s.err = s.control.Flush()
	}
}
