package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// The whole integration at a sandbox: revento sandbox exec … -- go test
func TestSandbox(t *testing.T) {
	key := os.Getenv("REVENTO_SANDBOX_KEY")
	if key == "" {
		t.Skip("needs a sandbox")
	}
	registered, _ := url.Parse(config.redirectURI)
	listener, err := net.Listen("tcp", "localhost:"+registered.Port())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(serve))
	server.Listener = listener
	server.Start()
	defer server.Close()
	go workDeliveries(work)
	here := "http://" + registered.Host

	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visit := func(address string, cookies ...*http.Cookie) *http.Response {
		request, _ := http.NewRequest("GET", address, nil)
		for _, cookie := range cookies {
			request.AddCookie(cookie)
		}
		response, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	control := func(path, body string) {
		request, _ := http.NewRequest("POST", config.authBase+"/_sandbox/v1"+path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("Content-Type", "application/json")
		response, err := browser.Do(request)
		if err != nil || response.StatusCode >= 300 {
			t.Fatalf("%s: %v", path, response.Status)
		}
		response.Body.Close()
	}
	synced := func() int {
		response, err := browser.Post(here+"/sync?event="+url.QueryEscape(config.eventID), "", nil)
		if err != nil {
			t.Error(err)
			return 0
		}
		response.Body.Close()
		return response.StatusCode
	}
	count := func() int {
		response, err := http.Get(here + "/participants")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var found struct{ Data []row }
		json.NewDecoder(response.Body).Decode(&found)
		return len(found.Data)
	}
	until := func(holds func() bool) {
		for left := 200; left > 0; left-- {
			if holds() {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
		t.Fatal("it did not happen")
	}

	start := visit(here + "/connect")
	answer := visit(start.Header.Get("Location")).Header.Get("Location")
	if status := visit(answer).StatusCode; status != 400 {
		t.Errorf("another browser: %d", status)
	}
	if status := visit(answer, start.Cookies()...).StatusCode; status != 200 {
		t.Fatalf("callback: %d", status)
	}

	if status, found := synced(), count(); status != 200 || found < 30 {
		t.Fatalf("%d, %d participants", status, found)
	}
	before := count()
	control("/do", `{"action":"apply"}`)
	until(func() bool { return count() == before+1 })

	control("/clock/advance", `{"ms":3700000}`)
	var callers sync.WaitGroup
	for each := 0; each < 20; each++ {
		callers.Add(1)
		go func() {
			defer callers.Done()
			if status := synced(); status != 200 {
				t.Errorf("sync: %d", status)
			}
		}()
	}
	callers.Wait()

	control("/revoke", `{}`)
	until(func() bool { return count() == 0 })
	if status := synced(); status != 409 {
		t.Errorf("after the end: %d", status)
	}
}
