// The routes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

const cookieName = "revento_attempt"

var thisMachine = regexp.MustCompile(`^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$`)

type handler func(http.ResponseWriter, *http.Request) error

var routes = map[string]handler{
	"GET /healthz":           healthz,
	"HEAD /healthz":          healthz,
	"GET /connect":           connect,
	"GET /callback":          callback,
	"POST /webhooks/revento": webhook,
	"GET /participants":      thisMachineOnly(showParticipants),
	"POST /sync":             thisMachineOnly(startSync),
}

// serve answers a request; what fails is answered and logged here.
func serve(w http.ResponseWriter, r *http.Request) {
	handle, isKnown := routes[r.Method+" "+r.URL.Path]
	if !isKnown {
		http.NotFound(w, r)
		return
	}
	err := handle(w, r)
	var refused notConnected
	switch {
	case err == nil:
		return
	case errors.As(err, &refused):
		http.Error(w, refused.Error(), http.StatusBadRequest)
	case errors.Is(err, errLoginEnded):
		reply(w, http.StatusConflict, fields{"error": "not_connected", "message": err.Error()})
	case errors.As(err, new(syscall.Errno)): // such as a file that cannot be read
		reply(w, http.StatusInternalServerError, fields{"error": "failed"})
	default:
		reply(w, http.StatusBadGateway, fields{"error": "failed"})
	}
	log("request failed", fields{"error": err.Error()})
}

func reply(w http.ResponseWriter, status int, body fields) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}

// thisMachineOnly is for routes that show attendees' data, until you protect them with your own login.
func thisMachineOnly(content func(*http.Request) (fields, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		isProxied := r.Header["Forwarded"] != nil || r.Header["X-Forwarded-For"] != nil || r.Header["Origin"] != nil
		if !net.ParseIP(host).IsLoopback() || !thisMachine.MatchString(r.Host) || isProxied {
			return reply(w, http.StatusForbidden, fields{"error": "this_machine_only"})
		}
		found, err := content(r)
		if err != nil {
			return err
		}
		return reply(w, http.StatusOK, found)
	}
}

func eventOf(r *http.Request) string { return valueOr(r.URL.Query().Get("event"), config.eventID) }

func healthz(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, fields{"status": "ok"})
}

func connect(w http.ResponseWriter, r *http.Request) error {
	address, cookie := begin(eventOf(r))
	http.SetCookie(w, attemptCookie(cookie, 600))
	http.Redirect(w, r, address, http.StatusFound)
	return nil
}

func callback(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, attemptCookie("", -1))
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return errOtherBrowser
	}
	connected, err := finish(r.URL.Query(), cookie.Value)
	if err != nil {
		return err
	}
	log("connected", fields{"event_id": connected.EventID, "scope": connected.Scope})
	_, err = io.WriteString(w, "Connected. You can close this page.\n")
	return err
}

func attemptCookie(value string, maxAge int) *http.Cookie {
	registered := must(url.Parse(config.redirectURI))
	return &http.Cookie{
		Name: cookieName, Value: value, MaxAge: maxAge, Path: registered.Path,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: registered.Scheme == "https",
	}
}

func webhook(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)) // the raw bytes: nothing may parse them first
	if err != nil {
		return reply(w, http.StatusRequestEntityTooLarge, fields{"error": "too_large"})
	}
	w.WriteHeader(receive(r.Header, body))
	return nil
}

func showParticipants(r *http.Request) (fields, error) {
	found, err := participants(eventOf(r))
	return fields{"data": found}, err
}

func startSync(r *http.Request) (fields, error) {
	wanted, unread := logins()
	if r.URL.Query().Has("event") || len(wanted) == 0 {
		wanted, unread = []login{{EventID: eventOf(r)}}, nil
	}
	var results []fields
	for _, one := range wanted {
		result, err := syncEvent(one.EventID)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return fields{"events": results}, unread
}

func main() {
	config = readSettings()
	listener, err := net.Listen("tcp", ":"+config.port)
	if err := firstOf(err, checkDataDir()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sweep()
	stop, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	server := &http.Server{Handler: http.HandlerFunc(serve), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	go server.Serve(listener)
	go workDeliveries(work)
	log("listening", fields{"port": config.port})
	<-stop.Done()
	limited, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	server.Shutdown(limited)
	// A refresh gets the time it needs: the new tokens would be lost with the process. All else can be done again.
	refreshing.Lock()
	log("stopped", nil)
}
