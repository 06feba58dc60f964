// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"context"
	"errors"
	"slices"

	"terraform-provider-x/internal/client"
)

// List is a list of what can also be asked for by its id.
type List[T any] struct {
	What string // one of it
	IDOf func(T) string
	All  func(ctx context.Context) ([]T, error)
	One  func(ctx context.Context, id string) (T, error)
}

// Listed answers all questions within some minutes from one list. It asks for what the list lacks by its id: that may
// be too new, the list may have ended before it, or there is no list.
func Listed[T any](ctx context.Context, r Region, list List[T], id string) (T, error) {
	all, err := Get(ctx, r, func(ctx context.Context) ([]T, error) {
		all, err := list.All(ctx)
		if listIsToBlame(err) {
			return nil, nil
		}
		return all, err
	}, "all of", list.What)
	if err != nil {
		var none T
		return none, err
	}
	if place := slices.IndexFunc(all, func(item T) bool { return list.IDOf(item) == id }); place >= 0 {
		return all[place], nil
	}
	return Get(ctx, r, func(ctx context.Context) (T, error) { return list.One(ctx, id) }, list.What, id)
}

// listIsToBlame reports whether the question for one may have an answer although the list has none: something else in
// it cannot be read, or the service does not like how it is asked for.
func listIsToBlame(err error) bool {
	return errors.As(err, new(*client.ReplyError)) || !client.IsBusy(err) && isRejection(err)
}
