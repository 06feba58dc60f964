// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"io"
	"net/http"
)

// adminHandler serves the cloud's own functions, without authentication:
//
//	GET    /restores   GET /requests   GET /logins   GET /issued   GET /jobs
//	POST   /jobs       {"service", "target_id", "name"}: Occupy, answers {"job_id"}
//	POST   /jobs/{id}  a JobChange; {id} may be * or next
//	POST   /faults     a Fault
//	DELETE /faults     DELETE /tokens
func (c *Cloud) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /restores", func(w http.ResponseWriter, _ *http.Request) { adminReply(w, c.Restores(), nil) })
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { adminReply(w, c.Requests(), nil) })
	mux.HandleFunc("GET /logins", func(w http.ResponseWriter, _ *http.Request) { adminReply(w, c.Logins(), nil) })
	mux.HandleFunc("GET /issued", func(w http.ResponseWriter, _ *http.Request) { adminReply(w, c.Issued(), nil) })
	mux.HandleFunc("DELETE /tokens", func(w http.ResponseWriter, _ *http.Request) {
		c.RevokeTokens()
		adminReply(w, map[string]any{}, nil)
	})
	mux.HandleFunc("GET /jobs", func(w http.ResponseWriter, _ *http.Request) { adminReply(w, c.Jobs(), nil) })
	mux.HandleFunc("POST /jobs", func(w http.ResponseWriter, r *http.Request) {
		var operation struct {
			Service  string `json:"service"`
			TargetID string `json:"target_id"`
			Name     string `json:"name"`
		}
		err := adminBody(r, &operation)
		if err != nil {
			adminReply(w, nil, err)
			return
		}
		jobID, err := c.Occupy(operation.Service, operation.TargetID, operation.Name)
		adminReply(w, map[string]string{"job_id": jobID}, err)
	})
	mux.HandleFunc("POST /jobs/{id}", func(w http.ResponseWriter, r *http.Request) {
		var change JobChange
		err := adminBody(r, &change)
		if err == nil {
			err = c.Change(r.PathValue("id"), change)
		}
		adminReply(w, map[string]any{}, err)
	})
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var fault Fault
		err := adminBody(r, &fault)
		if err == nil {
			err = c.Plant(fault)
		}
		adminReply(w, map[string]any{}, err)
	})
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		c.ClearFaults()
		adminReply(w, map[string]any{}, nil)
	})
	return mux
}

func adminBody(r *http.Request, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		return err
	}
	return strictDecode(body, into)
}

func adminReply(w http.ResponseWriter, value any, err error) {
	answer := reply{http.StatusOK, http.Header{"Content-Type": {"application/json"}}, nil}
	if err != nil {
		answer.status, value = http.StatusBadRequest, map[string]string{"error": err.Error()}
	}
	answer.body = append(encode(value), '\n')
	answer.send(w)
}
