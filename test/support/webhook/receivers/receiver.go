package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync"
	"time"
)

var (
	secret = []byte(os.Getenv("RECEIVER_SECRET"))
	digits = regexp.MustCompile(`^[0-9]{1,12}$`)
	seen   sync.Map
)

// isKnown stores an id and says whether it was stored before.
func isKnown(id string) bool {
	_, known := seen.LoadOrStore(id, true)
	return known
}

func judge(mistake string, header http.Header, raw []byte) (int, string) {
	id, timestamp := header.Get("X-Revento-Delivery-Id"), header.Get("X-Revento-Timestamp")
	if mistake == "id-first" && isKnown(id) {
		return 200, "duplicate"
	}
	if mistake != "no-timestamp" {
		if !digits.MatchString(timestamp) {
			return 401, "bad timestamp"
		}
		at, _ := strconv.ParseInt(timestamp, 10, 64)
		if age := time.Now().Unix() - at; age > 300 || age < -300 {
			return 401, "too old"
		}
	}
	signed := raw
	if mistake == "trimmed" {
		signed = bytes.TrimSpace(raw)
	}
	if mistake == "reserialized" {
		var value map[string]any
		if json.Unmarshal(raw, &value) != nil {
			return 400, "not JSON"
		}
		signed, _ = json.Marshal(value)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(signed)
	wanted := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(wanted), []byte(header.Get("X-Revento-Signature"))) {
		return 401, "bad signature"
	}
	if !json.Valid(raw) {
		return 400, "not JSON"
	}
	if mistake != "id-first" && isKnown(id) {
		return 200, "duplicate"
	}
	return 200, "processed"
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "unreadable", 400)
			return
		}
		status, word := judge(r.URL.Path[1:], r.Header, raw)
		w.WriteHeader(status)
		io.WriteString(w, word)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
