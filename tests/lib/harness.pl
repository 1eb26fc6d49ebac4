#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the groups of tests with the parser of prove(1), so many at a time:
#
#	harness.pl JOBS TESTS GROUP...
#
# All that a group TESTS/GROUP/run prints is shown, with its name in front. The last
# line is the sum, and before it stands each failure once more. A group has failed when
# a test of it has, or when it prints no plan, plans nothing or something else than it
# runs, is not there, or does not exit with 0 though no test has failed.
#
# A skipped test needs a reason. With CI=true it is a failed one, unless the reason
# begins with "in CI as well: ".

use strict;
use warnings;
use TAP::Parser;
use TAP::Parser::Multiplexer;

my ($jobs, $tests, @groups) = @ARGV;
my ($passed, $failed, $skipped, $processor, @failures, %started, %bad) = (0, 0, 0, 0);
my $running = TAP::Parser::Multiplexer->new;
$| = 1;

sub failure {
	my ($group, $what) = @_;

	$failed++;
	push @failures, "# FAILED $group: $what\n";
	print $failures[-1];
}

sub start {
	my $group = shift @groups // return;

	print "# group $group\n";
	if (!-x "$tests/$group/run") {
		failure($group, "there is no tests/$group/run");
		return start();
	}
	$started{$group} = time;
	$running->add(TAP::Parser->new({ exec => ["$tests/$group/run"], merge => 1 }), $group);
}

sub judge {
	my ($group, $test) = @_;
	my $reason = $test->explanation;

	if (!$test->is_actual_ok) {
		$bad{$group}++;
		failure($group, $test->as_string);
	} elsif (!$test->has_skip) {
		$passed++;
	} else {
		if (($ENV{CI} // '') ne 'true' || $reason =~ /^in CI as well: /) {
			$skipped++;
		} else {
			failure($group, 'skipped in CI: ' . $test->as_string);
		}
		failure($group, 'skipped without a reason: ' . $test->as_string) if $reason !~ /\w/;
	}
}

# What a group says is no TAP, or not what it planned.
sub finish {
	my ($group, $parser) = @_;
	my @why = $parser->parse_errors;

	push @why, 'ran no test' if !@why && !$parser->tests_run;
	push @why, 'exit status ' . ($parser->exit || 'of a signal') . ', and no failed test'
		if !@why && !$bad{$group} && $parser->wait;
	failure($group, join '; ', @why) if @why;
	# What those that have ended used of the processor: of two at once, one ends first.
	my $used = (times)[2] + (times)[3];
	printf "# group %s took %d s, %d s of processor time\n", $group, time - $started{$group}, $used - $processor;
	$processor = $used;
	start();
}

start() for 1 .. $jobs;
while (my ($parser, $group, $result) = $running->next) {
	if (!defined $result) {
		finish($group, $parser);
		next;
	}
	print "$group: ", $result->raw, "\n";
	judge($group, $result) if $result->is_test;
	failure($group, $result->as_string) if $result->is_bailout;
}
# Once more, because the end is what is left of a long log.
print @failures;
print "$passed passed, $failed failed, $skipped skipped\n";
exit !(!$failed && $passed);
