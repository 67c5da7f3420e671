// Command go_sdk plays the life of a change request, a paginated list and a refusal through the AWS SDK for Go
// against the service at the URL given as its only argument, and writes what it saw as one JSON object.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cleanrooms"
	"github.com/aws/aws-sdk-go-v2/service/cleanrooms/types"
)

const (
	creator  = "111122223333"
	partner  = "222233334444"
	newcomer = "444455556666"
	outsider = "555566667777"
)

// Seen is what the client understood of the service's answers.
type Seen struct {
	Statuses []string `json:"statuses"`
	Votes    []string `json:"votes"`
	Pages    []int    `json:"pages"`
	Members  []string `json:"members"`
	Refusal  string   `json:"refusal"`
	Reason   string   `json:"reason"`
}

func client(url, account string) *cleanrooms.Client {
	return cleanrooms.New(cleanrooms.Options{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(url),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: account, SecretAccessKey: "not-checked"}, nil
		}),
	})
}

func play(ctx context.Context, url string) (*Seen, error) {
	seen := &Seen{}
	owner, other := client(url, creator), client(url, partner)
	created, err := owner.CreateCollaboration(ctx, &cleanrooms.CreateCollaborationInput{
		Name:                   aws.String("Campaigns"),
		Description:            aws.String("Seen from another language"),
		CreatorDisplayName:     aws.String("The creator"),
		CreatorMemberAbilities: []types.MemberAbility{types.MemberAbilityCanQuery, types.MemberAbilityCanReceiveResults},
		QueryLogStatus:         types.CollaborationQueryLogStatusDisabled,
		Members: []types.MemberSpecification{
			{AccountId: aws.String(partner), DisplayName: aws.String("Partner"), MemberAbilities: []types.MemberAbility{}},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("create collaboration: %w", err)
	}
	id := created.Collaboration.Id
	for _, member := range []*cleanrooms.Client{owner, other} {
		_, err = member.CreateMembership(ctx, &cleanrooms.CreateMembershipInput{
			CollaborationIdentifier: id, QueryLogStatus: types.MembershipQueryLogStatusDisabled,
		})
		if err != nil {
			return nil, fmt.Errorf("create membership: %w", err)
		}
	}
	if err = changeRequest(ctx, seen, owner, other, id); err != nil {
		return nil, err
	}
	if err = pages(ctx, seen, owner, id); err != nil {
		return nil, err
	}
	_, err = client(url, outsider).GetCollaboration(ctx, &cleanrooms.GetCollaborationInput{CollaborationIdentifier: id})
	var denied *types.AccessDeniedException
	if !errors.As(err, &denied) {
		return nil, fmt.Errorf("an outsider got %w instead of AccessDeniedException", err)
	}
	seen.Refusal, seen.Reason = denied.ErrorCode(), string(denied.Reason)
	return seen, nil
}

func changeRequest(ctx context.Context, seen *Seen, owner, other *cleanrooms.Client, id *string) error {
	filed, err := owner.CreateCollaborationChangeRequest(ctx, &cleanrooms.CreateCollaborationChangeRequestInput{
		CollaborationIdentifier: id,
		Changes: []types.ChangeInput{{
			SpecificationType: types.ChangeSpecificationTypeMember,
			Specification: &types.ChangeSpecificationMemberMember{Value: types.MemberChangeSpecification{
				AccountId: aws.String(newcomer), DisplayName: aws.String("Newcomer"), MemberAbilities: []types.MemberAbility{},
			}},
		}},
	})
	if err != nil {
		return fmt.Errorf("create change request: %w", err)
	}
	request := filed.CollaborationChangeRequest
	seen.Statuses = append(seen.Statuses, string(request.Status))
	for _, account := range []string{creator, partner} {
		seen.Votes = append(seen.Votes, string(request.Approvals[account].Status))
	}
	for _, step := range []struct {
		by     *cleanrooms.Client
		action types.ChangeRequestAction
	}{{other, types.ChangeRequestActionApprove}, {owner, types.ChangeRequestActionCommit}} {
		updated, err := step.by.UpdateCollaborationChangeRequest(ctx, &cleanrooms.UpdateCollaborationChangeRequestInput{
			CollaborationIdentifier: id, ChangeRequestIdentifier: request.Id, Action: step.action,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", step.action, err)
		}
		seen.Statuses = append(seen.Statuses, string(updated.CollaborationChangeRequest.Status))
	}
	return nil
}

func pages(ctx context.Context, seen *Seen, owner *cleanrooms.Client, id *string) error {
	paginator := cleanrooms.NewListMembersPaginator(owner, &cleanrooms.ListMembersInput{
		CollaborationIdentifier: id, MaxResults: aws.Int32(2),
	})
	for paginator.HasMorePages() {
		page, err := paginator.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list members: %w", err)
		}
		seen.Pages = append(seen.Pages, len(page.MemberSummaries))
		for _, member := range page.MemberSummaries {
			seen.Members = append(seen.Members, *member.AccountId+" "+string(member.Status))
		}
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go_sdk URL")
		os.Exit(64)
	}
	seen, err := play(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(seen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
