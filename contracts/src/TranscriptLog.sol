// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessControlDefaultAdminRules} from
    "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// The log of what schools stated about transcripts. It only grows.
///
/// Each change emits one event and is one entry; entry i of the log is the i-th event. The
/// accounts that send are transport: a statement counts because the school's own X.509 seal
/// is on it, which verifiers check outside. What the contract guarantees by itself:
///
/// 1. entries, indices and a leaf's list of changes only grow;
/// 2. a call is taken once, and nothing but the same call keeps it out: whatever a stolen
///    account sends first, a school's own statement is taken with its own signature;
/// 3. a statement names its signature, and a seal that is registered for that school at that
///    moment; its number and predecessor are told and judged outside, over what is sealed;
/// 4. a leaf changes in its own school's name only, and every change is told;
/// 5. a leaf that was sent again under its statement is the same leaf, with the same changes,
///    and a statement that was sent again is as old as its first sending;
/// 6. the department alone can only put a leaf under review, and that lapses;
/// 7. nothing is backdated: dates of seals begin and end no earlier than the block.
///
/// No personal data: hashes, numbers and dates.
contract TranscriptLog is AccessControlDefaultAdminRules {
    using Checkpoints for Checkpoints.Trace208;

    bytes32 public constant GOVERNANCE_ROLE = keccak256("GOVERNANCE_ROLE");
    bytes32 public constant ANCHOR_ROLE = keccak256("ANCHOR_ROLE");
    bytes32 public constant DEPARTMENT_ROLE = keccak256("DEPARTMENT_ROLE");

    uint64 public constant MAX_REVIEW = 60 days;
    uint256 public constant MAX_CHANGES = 64;

    enum Kind {
        None,
        School,
        Batch,
        Status,
        Review
    }

    enum State {
        Good,
        Superseded,
        UnderReview,
        Withdrawn
    }

    /// A school's statement as it is announced: its place in the school's chain, its seal's
    /// certificate and the signature over it, each by hash.
    struct Statement {
        bytes32 school;
        uint64 seq;
        bytes32 previous;
        bytes32 digest;
        bytes32 seal;
        bytes32 signature;
    }

    struct Entry {
        bytes32 school;
        bytes32 previous;
        bytes32 statement;
        bytes32 root;
        bytes32 seal;
        bytes32 signature;
        uint64 seq;
        uint48 firstIndex;
        uint32 leafCount;
        uint48 time;
        uint48 number;
        Kind kind;
    }

    struct Seal {
        uint64 from;
        uint64 to;
    }

    /// `index` is the leaf as the sender named it.
    struct Change {
        uint64 entry;
        uint64 until;
        uint48 index;
        State state;
    }

    struct Leaf {
        uint64 reviewUntil;
        Change[] changes;
    }

    /// `first` is the entry that first named the statement: it can be sent again.
    struct ToldChange {
        uint64 entry;
        uint64 first;
        uint64 until;
        uint48 index;
        State state;
        uint48 time;
        bytes32 school;
        bytes32 statement;
        bytes32 seal;
        bytes32 signature;
    }

    struct View {
        uint48 number;
        uint48 time;
        uint64 entries;
        uint48 leaves;
        uint64 entry;
        Entry batch;
        Seal seal;
        uint256 changesTotal;
        ToldChange[] changes;
    }

    /// How many entries and leaves there are; the next of each gets this number.
    uint64 public entries;
    uint48 public leaves;

    mapping(uint64 entry => Entry) private _entries;
    mapping(bytes32 school => mapping(bytes32 seal => Seal)) private _seals;
    mapping(bytes32 call => uint64) private _entryPlusOne;
    mapping(bytes32 statement => uint64) private _firstPlusOne;
    /// By school, statement and position: see `_leafAt`.
    mapping(bytes32 leaf => Leaf) private _leaves;
    Checkpoints.Trace208 private _batches;

    error EmptyStatement();
    error EmptyBatch();
    error AlreadyAnchored(bytes32 call, uint64 entry);
    error SealNotRegistered(bytes32 school, bytes32 seal);
    error SealKnown(bytes32 school, bytes32 seal);
    error WrongDates();
    error UnknownLeaf(uint48 index);
    error OtherSchool(uint48 index);
    error WrongState(uint48 index);
    error ReviewRunning(uint48 index);
    error WrongLength();

    event SchoolChanged(
        uint64 indexed entry, bytes32 indexed school, bytes32 seal, uint64 from, uint64 to
    );
    event BatchAnchored(
        uint64 indexed entry,
        bytes32 indexed school,
        bytes32 indexed statement,
        uint64 seq,
        bytes32 previous,
        bytes32 seal,
        bytes32 signature,
        bytes32 root,
        uint48 firstIndex,
        uint32 leafCount,
        uint48[] replaces
    );
    event StatusChanged(
        uint64 indexed entry,
        bytes32 indexed school,
        bytes32 indexed statement,
        uint64 seq,
        bytes32 previous,
        bytes32 seal,
        bytes32 signature,
        uint48[] indices,
        State[] states,
        uint64 until
    );

    /// A successor goes on with the numbers of the contract before it; the first begins at 0.
    constructor(uint48 adminDelay, address admin, uint64 firstEntry, uint48 firstIndex)
        AccessControlDefaultAdminRules(adminDelay, admin)
    {
        entries = firstEntry;
        leaves = firstIndex;
    }

    /// Register a seal for a school, from now at the earliest; `to` is the first moment after.
    function registerSeal(bytes32 school, bytes32 seal, uint64 from, uint64 to)
        external
        onlyRole(GOVERNANCE_ROLE)
    {
        if (from < block.timestamp) from = uint64(block.timestamp);
        if (to <= from || school == 0 || seal == 0) revert WrongDates();
        if (_seals[school][seal].to != 0) revert SealKnown(school, seal);
        _changeSeal(school, seal, from, to);
    }

    /// End a seal's registration earlier than planned, but never in the past or in this block.
    function endSeal(bytes32 school, bytes32 seal, uint64 to) external onlyRole(GOVERNANCE_ROLE) {
        Seal memory known = _seals[school][seal];
        if (known.to == 0) revert SealNotRegistered(school, seal);
        if (to <= block.timestamp || to >= known.to) revert WrongDates();
        _changeSeal(school, seal, known.from, to);
    }

    /// Record a sealed batch; `replaces` are the leaves that it supersedes.
    function anchor(
        Statement calldata stated,
        bytes32 root,
        uint32 leafCount,
        uint48[] calldata replaces
    ) external onlyRole(ANCHOR_ROLE) {
        if (root == 0 || leafCount == 0) revert EmptyBatch();
        bytes32 call = keccak256(abi.encodeCall(this.anchor, (stated, root, leafCount, replaces)));
        uint64 entry = _accept(stated, Kind.Batch, call);
        for (uint256 i; i < replaces.length; ++i) {
            Leaf storage leaf = _own(stated.school, replaces[i]);
            leaf.changes.push(Change(entry, 0, replaces[i], State.Superseded));
        }
        uint48 firstIndex = leaves;
        leaves = firstIndex + leafCount;
        _batches.push(firstIndex, entry);
        Entry storage kept = _entries[entry];
        (kept.root, kept.firstIndex, kept.leafCount) = (root, firstIndex, leafCount);
        _emitBatch(entry, replaces);
    }

    /// Record a sealed status statement of a school about its own leaves.
    function setStatus(
        Statement calldata stated,
        uint48[] calldata indices,
        State[] calldata states
    ) external onlyRole(ANCHOR_ROLE) {
        if (indices.length == 0 || indices.length != states.length) revert WrongLength();
        bytes32 call = keccak256(abi.encodeCall(this.setStatus, (stated, indices, states)));
        uint64 entry = _accept(stated, Kind.Status, call);
        for (uint256 i; i < indices.length; ++i) {
            Leaf storage leaf = _own(stated.school, indices[i]);
            if (states[i] == State.Superseded) revert WrongState(indices[i]);
            leaf.changes.push(Change(entry, 0, indices[i], states[i]));
        }
        _emitStatus(entry, indices, states, 0);
    }

    /// The department alone: under review until a date, then it lapses; never prolonged.
    function review(bytes32 decision, uint64 until, uint48[] calldata indices)
        external
        onlyRole(DEPARTMENT_ROLE)
    {
        if (decision == 0) revert EmptyStatement();
        if (indices.length == 0) revert WrongLength();
        if (until <= block.timestamp || until > block.timestamp + MAX_REVIEW) revert WrongDates();
        uint64 entry = _append(Kind.Review);
        _entries[entry].statement = decision;
        State[] memory states = new State[](indices.length);
        for (uint256 i; i < indices.length; ++i) {
            Leaf storage leaf = _leafAt(indices[i]);
            if (leaf.reviewUntil > block.timestamp) revert ReviewRunning(indices[i]);
            leaf.reviewUntil = until;
            leaf.changes.push(Change(entry, until, indices[i], State.UnderReview));
            states[i] = State.UnderReview;
        }
        _emitStatus(entry, indices, states, until);
    }

    /// All that a verification asks: where the leaf stands, since when its batch's seal is
    /// registered, what changed. `batch.kind` is None where no batch holds the index.
    function look(uint48 index) external view returns (View memory told) {
        (told.number, told.time) = (uint48(block.number), uint48(block.timestamp));
        (told.entries, told.leaves) = (entries, leaves);
        uint64 entry = _batchOf(index);
        if (!_holds(entry, index)) return told;
        told.entry = entry;
        told.batch = _entries[entry];
        told.seal = _seals[told.batch.school][told.batch.seal];
        Change[] storage changes = _leafAt(index).changes;
        told.changesTotal = changes.length;
        uint256 count = changes.length < MAX_CHANGES ? changes.length : MAX_CHANGES;
        told.changes = new ToldChange[](count);
        for (uint256 i; i < count; ++i) {
            Change memory change = changes[changes.length - count + i];
            Entry storage by = _entries[change.entry];
            uint64 firstPlusOne = _firstPlusOne[by.statement];
            told.changes[i] = ToldChange(
                change.entry,
                firstPlusOne == 0 ? change.entry : firstPlusOne - 1,
                change.until,
                change.index,
                change.state,
                by.time,
                by.school,
                by.statement,
                by.seal,
                by.signature
            );
        }
    }

    /// Where a call stands, named by the hash of its data; `known` is false where it does not.
    function find(bytes32 call)
        external
        view
        returns (bool known, uint64 entry, Entry memory kept)
    {
        uint64 plusOne = _entryPlusOne[call];
        if (plusOne == 0) return (false, 0, kept);
        return (true, plusOne - 1, _entries[plusOne - 1]);
    }

    /// From when until when a seal is registered for a school; zeros where it is not.
    function sealDates(bytes32 school, bytes32 seal) external view returns (uint64, uint64) {
        return (_seals[school][seal].from, _seals[school][seal].to);
    }

    function _changeSeal(bytes32 school, bytes32 seal, uint64 from, uint64 to) private {
        _seals[school][seal] = Seal(from, to);
        uint64 entry = _append(Kind.School);
        (_entries[entry].school, _entries[entry].seal) = (school, seal);
        emit SchoolChanged(entry, school, seal, from, to);
    }

    function _emitBatch(uint64 entry, uint48[] memory replaces) private {
        Entry storage kept = _entries[entry];
        emit BatchAnchored(
            entry,
            kept.school,
            kept.statement,
            kept.seq,
            kept.previous,
            kept.seal,
            kept.signature,
            kept.root,
            kept.firstIndex,
            kept.leafCount,
            replaces
        );
    }

    function _emitStatus(
        uint64 entry,
        uint48[] memory indices,
        State[] memory states,
        uint64 until
    ) private {
        Entry storage kept = _entries[entry];
        emit StatusChanged(
            entry,
            kept.school,
            kept.statement,
            kept.seq,
            kept.previous,
            kept.seal,
            kept.signature,
            indices,
            states,
            until
        );
    }

    function _accept(Statement calldata stated, Kind kind, bytes32 call)
        private
        returns (uint64 entry)
    {
        if (stated.digest == 0 || stated.signature == 0) revert EmptyStatement();
        uint64 plusOne = _entryPlusOne[call];
        if (plusOne != 0) revert AlreadyAnchored(call, plusOne - 1);
        Seal memory dates = _seals[stated.school][stated.seal];
        if (block.timestamp < dates.from || block.timestamp >= dates.to) {
            revert SealNotRegistered(stated.school, stated.seal);
        }
        entry = _append(kind);
        _entryPlusOne[call] = entry + 1;
        if (_firstPlusOne[stated.digest] == 0) _firstPlusOne[stated.digest] = entry + 1;
        Entry storage kept = _entries[entry];
        (kept.school, kept.seq, kept.previous) = (stated.school, stated.seq, stated.previous);
        (kept.statement, kept.seal, kept.signature) =
            (stated.digest, stated.seal, stated.signature);
    }

    function _append(Kind kind) private returns (uint64 entry) {
        entry = entries;
        entries = entry + 1;
        Entry storage kept = _entries[entry];
        (kept.kind, kept.time, kept.number) =
            (kind, uint48(block.timestamp), uint48(block.number));
    }

    function _own(bytes32 school, uint48 index) private view returns (Leaf storage leaf) {
        leaf = _leafAt(index);
        if (_entries[_batchOf(index)].school != school) revert OtherSchool(index);
    }

    /// Whoever sends a batch again gets a place for its leaves, and no second history.
    function _leafAt(uint48 index) private view returns (Leaf storage) {
        uint64 entry = _batchOf(index);
        if (!_holds(entry, index)) revert UnknownLeaf(index);
        Entry storage batch = _entries[entry];
        return
            _leaves[keccak256(abi.encode(batch.school, batch.statement, index - batch.firstIndex))];
    }

    function _batchOf(uint48 index) private view returns (uint64) {
        return uint64(_batches.upperLookup(index));
    }

    function _holds(uint64 entry, uint48 index) private view returns (bool) {
        Entry storage kept = _entries[entry];
        return kept.kind == Kind.Batch && index >= kept.firstIndex
            && index < kept.firstIndex + kept.leafCount;
    }
}
