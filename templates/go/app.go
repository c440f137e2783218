// The routes.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"time"
)

const (
	maxBody    = 1 << 20
	cookieName = "revento_attempt"
)

var thisMachine = regexp.MustCompile(`^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$`)

// thisMachineOnly is for what shows attendees' data, until you put your own login before it.
func thisMachineOnly(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		address := net.ParseIP(host)
		isLocal := address != nil && address.IsLoopback() && thisMachine.MatchString(r.Host)
		for _, name := range []string{"Forwarded", "X-Forwarded-For", "Origin"} {
			isLocal = isLocal && r.Header.Get(name) == ""
		}
		if !isLocal {
			reply(w, http.StatusForbidden, row{"error": "this_machine_only"})
			return
		}
		handle(w, r)
	}
}

func eventOf(r *http.Request) string {
	if wanted := r.URL.Query().Get("event"); wanted != "" {
		return wanted
	}
	return config.eventID
}

func connect(w http.ResponseWriter, r *http.Request) {
	address, cookie, err := begin(eventOf(r))
	if err != nil {
		fail(w, err)
		return
	}
	http.SetCookie(w, attemptCookie(cookie, 600))
	http.Redirect(w, r, address, http.StatusFound)
}

func callback(w http.ResponseWriter, r *http.Request) {
	cookie := ""
	if sent, err := r.Cookie(cookieName); err == nil {
		cookie = sent.Value
	}
	http.SetCookie(w, attemptCookie("", -1))
	connected, err := finish(r.URL.Query(), cookie)
	if err != nil {
		fail(w, err)
		return
	}
	log("connected", fields{"event_id": connected.EventID, "scope": connected.Scope})
	io.WriteString(w, "Connected. You can close this page.\n")
}

func attemptCookie(value string, maxAge int) *http.Cookie {
	registered, _ := url.Parse(config.redirectURI)
	return &http.Cookie{
		Name: cookieName, Value: value, MaxAge: maxAge, Path: registered.Path,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: registered.Scheme == "https",
	}
}

func webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)) // the raw bytes: nothing may parse them first
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	w.WriteHeader(receive(r.Header, body))
}

func showParticipants(w http.ResponseWriter, r *http.Request) {
	found, err := participants(eventOf(r))
	if err != nil {
		fail(w, err)
		return
	}
	reply(w, http.StatusOK, row{"data": found})
}

func startSync(w http.ResponseWriter, r *http.Request) {
	connected, err := logins()
	wanted := []string{eventOf(r)}
	if !r.URL.Query().Has("event") && len(connected) > 0 {
		wanted = nil
		for _, one := range connected {
			wanted = append(wanted, one.EventID)
		}
	}
	results := []row{}
	for _, eventID := range wanted {
		result, failure := syncEvent(eventID)
		results = append(results, result)
		err = firstOf(err, failure)
	}
	if err != nil {
		fail(w, err)
		return
	}
	reply(w, http.StatusOK, row{"events": results})
}

func fail(w http.ResponseWriter, err error) {
	log("request failed", fields{"error": err.Error()})
	var refused notConnected
	switch {
	case errors.As(err, &refused):
		http.Error(w, refused.Error(), http.StatusBadRequest)
	case errors.Is(err, errLoginEnded):
		reply(w, http.StatusConflict, row{"error": "not_connected", "message": err.Error()})
	default:
		reply(w, http.StatusBadGateway, row{"error": "failed"})
	}
}

func reply(w http.ResponseWriter, status int, body row) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func only(method string, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		handle(w, r)
	}
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, row{"status": "ok"}) })
	mux.HandleFunc("/connect", only("GET", connect))
	mux.HandleFunc("/callback", only("GET", callback))
	mux.HandleFunc("/webhooks/revento", only("POST", webhook))
	mux.HandleFunc("/participants", only("GET", thisMachineOnly(showParticipants)))
	mux.HandleFunc("/sync", only("POST", thisMachineOnly(startSync)))
	return mux
}

func main() {
	config = readSettings()
	go workDeliveries(work)
	log("listening", fields{"port": config.port})
	server := &http.Server{Addr: ":" + config.port, Handler: routes(), ReadHeaderTimeout: 10 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		log("cannot listen", fields{"error": err.Error()})
		os.Exit(1)
	}
}
