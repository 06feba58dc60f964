// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// matrixFaults are the columns.
func matrixFaults(t *testing.T) []matrixFault {
	return slices.Concat(
		matrixHarmlessFaults(), matrixDials(t), matrixCuts(), matrixStatuses(), matrixThrottling(),
		matrixErrorBodies(), matrixReplies(t), matrixReplyShapes(),
	)
}

// matrixStatus answers with a status, a code and a request id.
func matrixStatus(status int, class matrixClass) matrixFault {
	return matrixFault{
		name:   fmt.Sprint(status),
		class:  class,
		coded:  true,
		traced: true,
		answer: func(e *matrixExchange) { e.say(status, e.errorBody()) },
	}
}

// matrixBody answers with a body.
func matrixBody(name string, class matrixClass, status int, body string) matrixFault {
	return matrixFault{
		name: name, class: class, traced: class != matrixLost && class != matrixShape, processed: class == matrixShape,
		answer: func(e *matrixExchange) { e.say(status, body) },
	}
}

// matrixCostly is for what the row's own code never sees, or skips: it takes the same path for all rows of a kind.
func matrixCostly(fault matrixFault) matrixFault {
	fault.few = true
	return fault
}

const (
	matrixPage = "<html><head><title>Log in</title></head><body>\r\n<p>Please log in</p></body></html>"
	// matrixBase64 is a code, as DWS has been seen to write it.
	matrixBase64 = `{"error_code":"` + matrixCode + `","error_msg":"?>?>"}`
)

// matrixDeep is valid JSON, nearly as deep as encoding/json takes.
var matrixDeep = strings.Repeat(`{"error":`, 9_000) + "{}" + strings.Repeat("}", 9_000)

// matrixHarmlessFaults are no faults.
func matrixHarmlessFaults() []matrixFault {
	var faults []matrixFault
	faults = append(faults,
		matrixFault{name: "none", processed: true, answer: func(e *matrixExchange) { e.good() }},
		matrixFault{
			name:      "202",
			processed: true,
			answer:    func(e *matrixExchange) { e.say(http.StatusAccepted, e.row.good, e.row.header...) },
		},
		matrixFault{
			name:      "103 first",
			processed: true,
			answer:    func(e *matrixExchange) { e.WriteHeader(http.StatusEarlyHints); e.good() },
		},
		matrixFault{name: "chunks of a byte", processed: true, answer: func(e *matrixExchange) {
			for i := 0; i < len(e.row.header); i += 2 {
				e.Header().Set(e.row.header[i], e.row.header[i+1])
			}
			for i := range len(e.row.good) {
				_, _ = io.WriteString(e.ResponseWriter, e.row.good[i:i+1])
				_ = http.NewResponseController(e.ResponseWriter).Flush()
			}
		}},
	)
	return faults
}

// matrixCuts break the connection, or the head of the answer.
func matrixCuts() []matrixFault {
	var faults []matrixFault
	for _, reset := range []bool{true, false} {
		how := map[bool]string{true: "reset", false: "closed"}[reset]
		head := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4096\r\n"
		faults = append(faults,
			matrixFault{name: how + " once read", class: matrixLost, answer: func(e *matrixExchange) { e.cut("", reset) }},
			matrixFault{
				name:      how + " once accepted",
				class:     matrixLost,
				processed: true,
				answer:    func(e *matrixExchange) { e.cut("", reset) },
			},
			matrixFault{
				name:      how + " in the head",
				class:     matrixLost,
				processed: true,
				answer:    func(e *matrixExchange) { e.cut(head, reset) },
			},
			matrixFault{
				name:      how + " in the body",
				class:     matrixLost,
				processed: true,
				answer:    func(e *matrixExchange) { e.cut(head+"\r\n"+e.row.good, reset) },
			},
			matrixFault{name: how + " in a chunk", class: matrixLost, processed: true, answer: func(e *matrixExchange) {
				e.cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n"+e.row.good, reset)
			}},
		)
	}
	faults = append(faults,
		matrixFault{
			name:      "no HTTP",
			class:     matrixLost,
			processed: true,
			answer:    func(e *matrixExchange) { e.cut("220 mail.example ESMTP\r\n", false) },
		},
		matrixFault{name: "400 broken off", class: matrixRefused, answer: func(e *matrixExchange) {
			e.cut(
				"HTTP/1.1 400 Bad Request\r\nContent-Length: 4096\r\nX-Request-Id: "+matrixRequestID+"\r\n\r\n"+e.errorBody(),
				true,
			)
		}},
		matrixFault{
			name:      "a head of 20 MB",
			class:     matrixLost,
			processed: true,
			bulky:     true,
			few:       true,
			answer: func(e *matrixExchange) {
				connection, _, err := e.ResponseWriter.(http.Hijacker).Hijack()
				if err != nil {
					panic(err)
				}
				line := "X-Padding: " + strings.Repeat("a", 60_000) + "\r\n"
				_, err = io.WriteString(connection, "HTTP/1.1 200 OK\r\n")
				for sent := 0; sent < 20_000_000 && err == nil; sent += len(line) {
					_, err = io.WriteString(connection, line)
				}
				_ = connection.Close()
			},
		},
	)
	return faults
}

// matrixStatuses are errors, each with a code and a request id.
func matrixStatuses() []matrixFault {
	var faults []matrixFault
	for _, status := range []int{400, 401, 403, 409, 413, 499} {
		faults = append(faults, matrixStatus(status, matrixRefused))
	}
	faults = append(faults, matrixStatus(404, matrixAbsent), matrixStatus(408, matrixUnclear))
	for _, status := range []int{500, 501, 502, 504, 599} {
		faults = append(faults, matrixStatus(status, matrixBroken))
	}
	faults = append(faults, matrixStatus(503, matrixUnavailable))
	return faults
}

// matrixThrottling asks for a pause in different words.
func matrixThrottling() []matrixFault {
	var faults []matrixFault
	throttled := func(name, retryAfter string, least, most time.Duration) matrixFault {
		return matrixFault{
			name:   "429 " + name,
			class:  matrixThrottled,
			coded:  true,
			traced: true,
			waits:  [2]time.Duration{least, most},
			answer: func(e *matrixExchange) {
				e.say(http.StatusTooManyRequests, e.errorBody(), "Retry-After", retryAfter)
			},
		}
	}
	const late = 35 * time.Second // the longest, and what the rate limiter makes of it
	faults = append(faults,
		throttled("alone", "", 800*time.Millisecond, late),
		throttled("seconds", "7", 7*time.Second, late),
		throttled("a date", noon.Add(9*time.Second).Format(http.TimeFormat), 8*time.Second, late),
		throttled("a past date", noon.Add(-time.Hour).Format(http.TimeFormat), 800*time.Millisecond, late),
		throttled("a year", "31536000", 30*time.Second, late),
		throttled("overflow", "99999999999999999999", 800*time.Millisecond, late),
		throttled("minus", "-5", 800*time.Millisecond, late),
		throttled("soon", "soon", 800*time.Millisecond, late),
		throttled("year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", 30*time.Second, late),
	)
	return faults
}

// matrixErrorBodies are errors whose bodies are not as they should be.
func matrixErrorBodies() []matrixFault {
	var faults []matrixFault
	for _, status := range []int{400, 502} {
		class := map[int]matrixClass{400: matrixRefused, 502: matrixBroken}[status]
		prefix := fmt.Sprint(status, " ")
		coded := matrixBody(prefix+"base64url", class, status, base64.URLEncoding.EncodeToString([]byte(matrixBase64)))
		coded.coded = true
		faults = append(faults,
			matrixBody(prefix+"HTML", class, status, matrixPage),
			matrixBody(prefix+"empty", class, status, ""),
			matrixBody(prefix+"cut JSON", class, status, `{"error_code":"MATR`),
			coded,
			matrixCostly(matrixBody(prefix+"deep", class, status, strings.Repeat("[", 100_000))),
			matrixCostly(matrixBody(prefix+"deep objects", class, status, matrixDeep)),
			matrixBody(prefix+"odd types", class, status, `{"error_code":{"a":[1]},"error_msg":[true],"request_id":{}}`),
			matrixFault{
				name:   prefix + "100 MB",
				class:  class,
				bulky:  true,
				few:    true,
				answer: func(e *matrixExchange) { e.stream(status, "", strings.Repeat("\x00", 1<<16)) },
			},
		)
	}
	return faults
}

// matrixReplies are answers that say success and cannot be read.
func matrixReplies(t *testing.T) []matrixFault {
	var faults []matrixFault
	bomb := gzipped(t)
	big := func(name, begin, again string) matrixFault {
		return matrixFault{
			name:      "200 " + name,
			class:     matrixHuge,
			processed: true,
			bulky:     true,
			few:       true,
			answer:    func(e *matrixExchange) { e.stream(http.StatusOK, begin, again) },
		}
	}
	faults = append(
		faults,
		matrixBody("200 HTML", matrixLost, 200, matrixPage),
		matrixBody("200 empty", matrixLost, 200, ""),
		matrixBody("204", matrixLost, 204, ""),
		matrixBody("200 cut JSON", matrixLost, 200, `{"job_id":"a`),
		matrixBody("200 base64url", matrixLost, 200, base64.URLEncoding.EncodeToString([]byte(matrixBase64))),
		matrixBody("200 two documents", matrixLost, 200, `{"job_id":"a"} {"job_id":"b"}`),
		matrixCostly(
			matrixBody("200 deep", matrixLost, 200, strings.Repeat("[", 100_000)),
		),
		matrixCostly(
			matrixBody(
				"200 deep objects",
				matrixLost,
				200,
				strings.Repeat(`{"error":`, 100_000)+"{}"+strings.Repeat("}", 100_000),
			),
		),
		big("100 MB zeros", "", strings.Repeat("\x00", 1<<16)),
		big("100 MB JSON", `{"job_id":[`, strings.Repeat(`"aaaaaaaaaaaa",`, 1<<12)),
		matrixFault{
			name:      "200 gzip bomb",
			class:     matrixHuge,
			processed: true,
			bulky:     true,
			few:       true,
			answer: func(e *matrixExchange) {
				e.Header().Set("Content-Encoding", "gzip")
				e.WriteHeader(http.StatusOK)
				for range 100 {
					if _, err := e.Write(bomb); err != nil {
						return
					}
				}
			},
		},
	)
	return faults
}

// matrixReplyShapes are answers that say success and are not as documented.
func matrixReplyShapes() []matrixFault {
	var faults []matrixFault
	faults = append(
		faults,
		matrixFault{name: "200 an error inside", class: matrixInside, coded: true, answer: func(e *matrixExchange) {
			e.say(http.StatusOK, e.errorBody())
		}},
	)
	for _, shape := range []string{`17`, `null`, `[]`, `"text"`, `true`, `{}`, `[[{}]]`, `{"other":[]}`, `{"error_code":"DWS.0000"}`} {
		faults = append(faults, matrixBody("200 "+shape, matrixShape, 200, shape))
	}
	for _, value := range []string{`17`, `null`, `[]`, `{}`, `true`, `[17]`, `[{}]`, `[[]]`, `{"id":{}}`, `[{"id":[],"job_id":{}}]`, `1e999`, `""`} {
		faults = append(
			faults,
			matrixFault{name: "200 KEY:" + value, class: matrixShape, processed: true, answer: func(e *matrixExchange) {
				e.say(http.StatusOK, `{"`+e.row.firstKey()+`":`+value+`}`, e.row.header...)
			}},
		)
	}
	faults = append(faults, matrixCostly(matrixBody("200 valid depth", matrixShape, 200, matrixDeep)))
	return faults
}
