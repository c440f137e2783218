package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

const scopes = "event.read participants.read program.read"

// notConnected: the organizer cannot be connected this way; the text may be shown.
type notConnected string

func (n notConnected) Error() string { return string(n) }

const errOtherBrowser = notConnected("This is not the answer to your login.")

// tokenError is a response of the token endpoint without tokens; isUnused: the code or token can still be used.
type tokenError struct {
	code     string
	isUnused bool
}

func (t tokenError) Error() string { return "token endpoint: " + t.code }

type attempt struct {
	State, Verifier string
	ExpiresAt       time.Time
}

func randomWord() string { return base64.RawURLEncoding.EncodeToString(randomBytes(32)) }

// begin starts a login: where the browser goes, and the cookie that binds the attempt to that browser.
func begin(eventID string) (address, cookie string) {
	try := attempt{State: randomWord(), Verifier: randomWord(), ExpiresAt: time.Now().Add(10 * time.Minute)}
	challenge := sha256.Sum256([]byte(try.Verifier))
	query := url.Values{
		"response_type":         {"code"},
		"client_id":             {config.clientID},
		"redirect_uri":          {config.redirectURI},
		"scope":                 {scopes},
		"event_id":              {eventID},
		"state":                 {try.State},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}
	return config.authBase + "/oauth/authorize?" + query.Encode(), base64.RawURLEncoding.EncodeToString(seal(try, "attempt"))
}

// finish ends a login: checks the state, redeems the code and stores the tokens.
func finish(query url.Values, cookie string) (login, error) {
	sealed, _ := base64.RawURLEncoding.DecodeString(cookie) // what is not base64 is too short
	try, err := unseal[attempt](sealed, "attempt")
	if err != nil || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(try.State)) == 0 {
		return login{}, errOtherBrowser
	}
	// Each attempt is answered once, even if the browser sends it again.
	err = createOnce(filepath.Join(config.dataDir, "attempts", fileName(try.State)))
	failed := notConnected("Revento did not connect the event. Open /connect again.")
	switch {
	case errors.Is(err, fs.ErrExist):
		return login{}, notConnected("This answer was used already. Open /connect again.")
	case err != nil:
		return login{}, err
	case time.Now().After(try.ExpiresAt):
		return login{}, notConnected("The login took too long. Open /connect again.")
	case query.Get("error") == "access_denied":
		return login{}, notConnected("You declined. Nothing was connected.")
	case query.Has("error") || query.Get("code") == "":
		return login{}, failed
	}
	connected, err := requestTokens(url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {query.Get("code")},
		"redirect_uri":  {config.redirectURI},
		"code_verifier": {try.Verifier},
	})
	isConnection := connected.EventID != "" && connected.OrganizationID != "" // unlike the tokens of a participant
	if err != nil || !isConnection {
		log("no tokens of a connection", fields{"error": fmt.Sprint(err)})
		return login{}, failed
	}
	return connected, store(connected)
}

// tokenClient uses no connection twice: of one that the server is closing, nobody could say whether a token got through.
var tokenClient = newClient(15*time.Second, &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true})

// requestTokens asks for tokens, for a code or a refresh token.
func requestTokens(form url.Values) (login, error) {
	form.Set("client_id", config.clientID)
	form.Set("client_secret", config.clientSecret)
	// Without a connection, which TLS belongs to, nothing was sent: the token was not used.
	var isConnected atomic.Bool
	connection := httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { isConnected.Store(true) }}
	traced := httptrace.WithClientTrace(context.Background(), &connection)
	request := must(http.NewRequestWithContext(traced, "POST", config.authBase+"/oauth/token", strings.NewReader(form.Encode())))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got := exchange(tokenClient, request)
	var tokens login
	json.Unmarshal(got.body, &tokens) // a field of another type is left empty
	if got.status == http.StatusOK && tokens.AccessToken != "" && tokens.RefreshToken != "" {
		return tokens, nil
	}
	// Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about the token, and after a
	// failure of the server it may be spent.
	isRefused := got.status >= 300 && got.status < 500 && got.code != "invalid_grant" || got.status == 503
	return login{}, tokenError{valueOr(got.code, fmt.Sprint("status ", got.status)), isRefused || !isConnected.Load()}
}
